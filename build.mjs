// One entry file and lazily loaded parts: `--help` must not parse the AWS SDK, ink or ssh2.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { notice } from './notice.mjs';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** Elsewhere for tests, so that they do not pull the file away from under somebody. */
const outdir = resolve(import.meta.dirname, process.argv[2] ?? 'dist');

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: { fireaxe: 'src/cli/main.ts' },
  outdir,
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  keepNames: true,
  metafile: true,
  // All of them, and whole, are in NOTICE.
  legalComments: 'none',
  loader: { '.sh': 'text', '.yaml': 'text' },
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    // The version is part of every plan's hash.
    __FIREAXE_VERSION__: JSON.stringify(version),
  },
  // Native helpers of ssh2 are optional: without them it falls back to JavaScript.
  external: ['*.node', 'react-devtools-core'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname;",
  },
});
writeFileSync(join(outdir, 'NOTICE'), notice(import.meta.dirname, metafile));
