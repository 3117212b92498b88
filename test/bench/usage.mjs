// Loaded by --import: writes what the process used, as JSON, to the file named in USAGE.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const used = { bytes: maxRSS * 1024, cpu: (userCPUTime + systemCPUTime) / 1e6 };
  writeFileSync(process.env.USAGE, JSON.stringify(used));
});
