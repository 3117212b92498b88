// One entry file and lazily loaded parts, because `--help` must not parse the AWS SDK.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { context } from 'esbuild';
import { notice } from './notice.mjs';
import { bundleOptions, ROOT } from './options.mjs';
import { together } from './together.mjs';

/** A thread for SSH is one file of its own: what it shared with the rest would be many small parts for both to load. */
const THREAD = 'ssh-thread';

/** Bundles into a folder, once or on every change. Returns esbuild's list of files, or undefined after errors it printed. */
export async function buildPackage({ outdir, releaseKey, watch = false }) {
  const bundles = [
    await context({
      ...bundleOptions({ form: 'package', releaseKey }),
      entryPoints: { [THREAD]: 'src/transport/ssh/threads/thread.ts' },
      outdir,
    }),
    await context({
      ...bundleOptions({ form: 'package', releaseKey, plugins: [together(ROOT), finish(outdir, watch)] }),
      entryPoints: { fireaxe: 'src/cli/main.ts' },
      outdir,
      chunkNames: 'parts/[name]-[hash]',
      splitting: true,
    }),
  ];
  rmSync(outdir, { recursive: true, force: true });
  if (watch) return void (await Promise.all(bundles.map((bundle) => bundle.watch())));
  const built = await Promise.all(bundles.map((bundle) => bundle.rebuild())).catch(() => undefined);
  await Promise.all(bundles.map((bundle) => bundle.dispose()));
  if (!built) return undefined;
  writeFileSync(join(outdir, 'fireaxe.1'), manPage(outdir));
  const [thread, { metafile }] = built;
  return { ...metafile, outputs: { ...metafile.outputs, ...thread.metafile.outputs } };
}

/** The man page, as this build itself prints it. */
function manPage(outdir) {
  const entry = JSON.stringify(pathToFileURL(join(outdir, 'fireaxe.js')).href);
  const script = `const { main } = await import(${entry}); await main(['help', 'man']);`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { maxBuffer: 1 << 26 });
}

/** Writes the licences beside each build and removes the parts of the one before. */
const finish = (outdir, watch) => ({
  name: 'finish',
  setup(build) {
    build.onEnd(({ errors, metafile }) => {
      if (errors.length > 0) return;
      writeFileSync(join(outdir, 'NOTICE'), notice(ROOT, metafile));
      const parts = new Set(Object.keys(metafile.outputs).map((path) => resolve(ROOT, path)));
      parts.add(join(outdir, `${THREAD}.js`));
      for (const path of readdirSync(outdir, { recursive: true }).map((name) => join(outdir, name)))
        if (path.endsWith('.js') && !parts.has(path)) rmSync(path);
      if (watch) console.log(`${new Date().toISOString()} built ${relative(ROOT, outdir)}`);
    });
  },
});
