// node build.mjs [DIR] [--watch]: one entry file and lazily loaded parts, because `--help` must not parse the AWS SDK.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { context } from 'esbuild';
import { notice } from './notice.mjs';

const root = import.meta.dirname;
const watch = process.argv.includes('--watch');
const dir = process.argv.slice(2).find((word) => word !== '--watch') ?? 'dist';
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Tests build into their own directory, so that they never remove files that someone runs. */
const outdir = resolve(root, dir);

/** Writes the licences beside each build and removes the parts of the one before. */
const finish = {
  name: 'finish',
  setup(build) {
    build.onEnd(({ errors, metafile }) => {
      if (errors.length > 0) return;
      writeFileSync(join(outdir, 'NOTICE'), notice(root, metafile));
      const parts = new Set(Object.keys(metafile.outputs).map((path) => resolve(root, path)));
      for (const path of readdirSync(outdir, { recursive: true }).map((name) => join(outdir, name)))
        if (path.endsWith('.js') && !parts.has(path)) rmSync(path);
      if (watch) console.log(`${new Date().toISOString()} built ${relative(root, outdir)}`);
    });
  },
};

const bundle = await context({
  absWorkingDir: root,
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
  // NOTICE has the complete licence texts.
  legalComments: 'none',
  loader: { '.sh': 'text', '.yaml': 'text' },
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    // The version is part of every plan's hash.
    __FIREAXE_VERSION__: JSON.stringify(version),
  },
  // ssh2 uses its native helpers only if they are installed; JavaScript replaces them.
  external: ['*.node', 'react-devtools-core'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname;",
  },
  plugins: [finish],
});
rmSync(outdir, { recursive: true, force: true });
if (watch) {
  await bundle.watch();
} else {
  // esbuild has printed the errors already.
  await bundle.rebuild().catch(() => (process.exitCode = 1));
  await bundle.dispose();
}
