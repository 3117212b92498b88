// What the package and the single file have in common when they are bundled.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');
export const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** What is bundled as text. */
const TEXTS = ['.sh', '.bash', '.zsh', '.fish', '.yaml', '.md'];

/** ssh2 and others are CommonJS: they call `require` and read `__dirname`. */
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname;";

/** For what only helps to develop ink, and is never installed. */
const withoutDevtools = {
  name: 'without-devtools',
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'none' }));
    build.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default {}' }));
  },
};

/**
 * @param form what `fireaxe version` calls it: package or file
 * @param releaseKey the public key that signs the release, in PEM; without one it is a development build
 */
export function bundleOptions({ form, releaseKey, plugins = [] }) {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    // Names are left as they are, for stack traces and for what compares them: `keepNames` costs a call for each closure made.
    metafile: true,
    // NOTICE has the complete licence texts.
    legalComments: 'none',
    loader: Object.fromEntries(TEXTS.map((kind) => [kind, 'text'])),
    define: {
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
      // The version is part of every plan's hash.
      __FIREAXE_VERSION__: JSON.stringify(VERSION),
      __FIREAXE_FORM__: JSON.stringify(form),
      __FIREAXE_RELEASE_KEY__: JSON.stringify(releaseKey ?? ''),
    },
    // ssh2 uses its native helpers only if they are installed; JavaScript replaces them.
    external: ['*.node'],
    banner: { js: banner },
    plugins: [withoutDevtools, ...plugins],
  };
}

/** The public half of a private key, both in PEM. */
export const publicHalf = (privateKey) =>
  createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
