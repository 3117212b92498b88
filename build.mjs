// node build.mjs [DIR] [--watch]: bundles what runs into DIR, by default dist.
import { resolve } from 'node:path';
import { ROOT } from './build/options.mjs';
import { buildPackage } from './build/package.mjs';

const watch = process.argv.includes('--watch');
/** Tests build into their own directory, so that they never remove files that someone runs. */
const dir = process.argv.slice(2).find((word) => word !== '--watch') ?? 'dist';
const built = await buildPackage({ outdir: resolve(ROOT, dir), watch });
// esbuild has printed the errors already.
if (!built && !watch) process.exitCode = 1;
