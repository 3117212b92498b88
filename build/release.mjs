// node build/release.mjs DIR [--key FILE] [--node ARCH=PATH]…: everything that a release distributes.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { buildExecutable } from './executable.mjs';
import { buildOneFile } from './one-file.mjs';
import { publicHalf, ROOT, VERSION } from './options.mjs';
import { buildPackage } from './package.mjs';
import { sbom } from './sbom.mjs';
import { filesIn, signFile, writeSums } from './sums.mjs';
import { typed } from './typed.mjs';

const { values, positionals } = typed({
  usage: 'Usage: node build/release.mjs DIR [--key FILE] [--node x64=PATH] [--node arm64=PATH]',
  allowPositionals: true,
  options: { key: { type: 'string' }, node: { type: 'string', multiple: true, default: [] } },
  check: ({ positionals: { length } }) => (length === 1 ? undefined : `expected one DIR, not ${length}`),
});
const out = resolve(positionals[0]);
const privateKey = values.key && readFileSync(values.key, 'utf8');
const releaseKey = privateKey && publicHalf(privateKey);
/** Node's binaries by architecture; the one of this machine builds. */
const nodes = Object.fromEntries(values.node.map((word) => word.split('=')));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const metafile = await packageInto(out);
await filesInto(out);
writeFileSync(join(out, `fireaxe-${VERSION}.cdx.json`), sbom(metafile));
if (releaseKey) writeFileSync(join(out, 'fireaxe.pub'), releaseKey);
writeSums({ folder: out, names: readdirSync(out), privateKey });
console.log(readFileSync(join(out, 'SHA256SUMS'), 'utf8').trimEnd());

async function packageInto(folder) {
  const staged = mkdtempSync(join(tmpdir(), 'fireaxe-release-'));
  try {
    const dist = join(staged, 'dist');
    const built = await buildPackage({ outdir: dist, releaseKey });
    if (!built) throw new Error('the package was not built');
    const [{ files }] = pack(ROOT, '--dry-run');
    for (const { path } of files) if (!path.startsWith('dist/')) cpSync(join(ROOT, path), join(staged, path));
    // Nothing is built where it is installed.
    const {
      scripts: _,
      devDependencies: __,
      ...own
    } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    writeFileSync(join(staged, 'package.json'), `${JSON.stringify(own, null, 2)}\n`);
    writeSums({ folder: staged, names: filesIn(staged), into: dist, privateKey });
    pack(staged, '--pack-destination', folder);
    return built;
  } finally {
    rmSync(staged, { recursive: true });
  }
}

function pack(cwd, ...args) {
  const words = ['pack', '--ignore-scripts', '--json', ...args];
  return JSON.parse(
    execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  );
}

async function filesInto(folder) {
  const { text } = await buildOneFile({ releaseKey });
  const file = join(folder, 'fireaxe.mjs');
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  signFile({ path: file, name: 'fireaxe.mjs', privateKey });
  for (const [arch, executable] of Object.entries(nodes)) {
    const name = `fireaxe-linux-${arch}`;
    const outfile = join(folder, name);
    buildExecutable({ node: nodes[process.arch], executable, text, outfile });
    signFile({ path: outfile, name, privateKey });
    // What Node is made of has licences of its own.
    copyFileSync(join(dirname(executable), '../LICENSE'), join(folder, 'LICENSE-node'));
  }
}
