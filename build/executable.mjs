// A standalone executable: Node's own binary with the one file inside (--build-sea, since Node 25.5).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Writes the executable.
 * @param node the binary that builds, and that runs inside unless `executable` names one of another architecture
 * @param text the one file
 */
export function buildExecutable({ node, executable = node, text, outfile }) {
  const dir = mkdtempSync(join(tmpdir(), 'fireaxe-executable-'));
  try {
    const main = join(dir, 'fireaxe.mjs');
    writeFileSync(main, text);
    const config = join(dir, 'config.json');
    writeFileSync(config, JSON.stringify(configOf({ main, executable, output: outfile })));
    const { status, stderr, error } = spawnSync(node, ['--build-sea', config], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`no executable from ${executable}: ${error?.message ?? stderr}`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const configOf = (paths) => ({
  ...paths,
  mainFormat: 'module',
  disableExperimentalSEAWarning: true,
  // Its options must not depend on who calls it.
  execArgvExtension: 'none',
});
