// Collects the licences of the bundled packages, which must be distributed with the bundle.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TEXTS = /^(licen[cs]e|copying|notice)/i;

/**
 * The text of dist/NOTICE: each bundled package with its version and licence, then every licence text once with its
 * packages. Throws if a package does not name a licence.
 * @param root the directory of node_modules
 * @param metafile esbuild's list of the files in the bundle
 * @param own texts that stand above the others
 */
export function notice(root, metafile, own = []) {
  const packages = bundledPackages(root, metafile);
  const byText = new Map();
  for (const { name, texts } of packages)
    for (const text of texts) byText.set(text, [...(byText.get(text) ?? []), name]);
  return [
    'Fireaxe is licensed under the Apache License 2.0 (LICENSE). This bundle contains the packages below.',
    packages.map(line).join('\n'),
    ...own,
    ...[...byText].map(([text, names]) => `${'='.repeat(80)}\n${[...new Set(names)].join(', ')}\n\n${text}`),
    '',
  ].join('\n\n');
}

/** The packages in the bundle, each with its licence texts. */
export function bundledPackages(root, metafile) {
  return bundled(metafile).map((folder) => read(join(root, folder)));
}

/** Their folders. */
function bundled({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  return [...new Set(folders)].sort();
}

function read(folder) {
  const { name, version, license, licenses, repository } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const kind = license ?? licenses?.map((one) => one.type).join(' or ');
  if (!kind) throw new Error(`${name} ${version} does not name a licence, so it cannot be distributed`);
  const texts = readdirSync(folder)
    .filter((file) => TEXTS.test(file) && existsSync(join(folder, file)))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return { name, version, kind, texts, from: repository?.url ?? repository };
}

/** For a package without a licence file, the text of the same licence from another package is below. */
function line({ name, version, kind, texts, from }) {
  return `${name} ${version}: ${kind}${texts.length > 0 ? '' : ` (no licence file in the package; source: ${from})`}`;
}
