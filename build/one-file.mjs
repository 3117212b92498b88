// All of Fireaxe in one file of JavaScript, for any Node that it supports and for the executables.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { notice } from './notice.mjs';
import { bundleOptions, ROOT } from './options.mjs';

/** Its text, with the licences as a comment at its end. */
export async function buildOneFile({ releaseKey }) {
  const thread = await threadText();
  const { metafile, outputFiles } = await build({
    ...bundleOptions({ form: 'file', releaseKey, plugins: [embedded(thread)] }),
    entryPoints: ['src/cli/one-file.ts'],
    outfile: 'fireaxe.mjs',
    write: false,
  });
  const licences = notice(ROOT, metafile, [readFileSync(join(ROOT, 'LICENSE'), 'utf8')]);
  return {
    metafile,
    text: `#!/usr/bin/env node\n${outputFiles[0].text}/*\n${licences.replaceAll('*/', '* /')}*/\n`,
  };
}

/** A thread starts from a text: there is no other file. */
export async function threadText() {
  const { outputFiles } = await build({
    ...bundleOptions({ form: 'file' }),
    entryPoints: ['src/transport/ssh/threads/thread.ts'],
    outfile: 'ssh-thread.cjs',
    write: false,
    // Node runs a text as a script, which has `require` already.
    format: 'cjs',
    banner: {},
  });
  return outputFiles[0].text;
}

const embedded = (text) => ({
  name: 'embedded',
  setup(build) {
    build.onLoad({ filter: /threads[/\\]embedded\.ts$/ }, () => ({
      contents: `export const EMBEDDED = ${JSON.stringify(text)};`,
    }));
  },
});
