// Loaded by --import: writes the process's peak memory in bytes to the file named in PEAK_MEMORY.
import { writeFileSync } from 'node:fs';

process.on('exit', () =>
  writeFileSync(process.env.PEAK_MEMORY, String(process.resourceUsage().maxRSS * 1024)),
);
