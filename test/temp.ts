import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** All temporary files of a run of the unit tier in one folder, gone with it, whatever a test forgot or died of. */
export default function oneFolder(): () => void {
  const former = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 'fxu-'));
  // As open as the one it stands for: some tests log in as somebody else.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => {
    if (former === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = former;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}
