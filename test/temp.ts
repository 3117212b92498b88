import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** All temporary files of a run of a tier in one folder, gone with it, whatever a test forgot or died of. */
export default function oneFolder(project: TestProject): () => void {
  const former = process.env.TMPDIR;
  const folder = inMemory() ?? mkdtempSync(join(tmpdir(), 'fxu-'));
  // As open as the one it stands for: some tests log in as somebody else.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  process.env.FIREAXE_UNIT_RUN = folder;
  // While somebody watches, the next run is of another source.
  project.onTestsRerun(() => rmSync(join(folder, 'built'), { recursive: true, force: true }));
  return () => {
    delete process.env.FIREAXE_UNIT_RUN;
    if (former === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = former;
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
}

/** Thousands of small files cost a disk more than the tests themselves. In a container this is often tiny, or runs no programs. */
function inMemory(): string | undefined {
  let folder: string | undefined;
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize < 2 ** 30) return undefined;
    folder = mkdtempSync('/dev/shm/fxu-');
    writeFileSync(join(folder, 'runs'), '#!/bin/sh\n', { mode: 0o700 });
    execFileSync(join(folder, 'runs'));
    return folder;
  } catch {
    if (folder) rmSync(folder, { recursive: true });
    return undefined;
  }
}
