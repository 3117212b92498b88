import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** The thread of the SSH transport in one file, as the build makes it: Node cannot run the sources. */
export async function threadFile(dir: string): Promise<string> {
  const outfile = join(dir, 'ssh-thread.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['src/transport/ssh/threads/thread.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    loader: { '.sh': 'text' },
    external: ['*.node'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname;",
    },
  });
  return outfile;
}
