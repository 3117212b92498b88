// The software bill of materials (CycloneDX): npm's own, of the packages that are in the bundle.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { bundledPackages } from './notice.mjs';
import { ROOT, VERSION } from './options.mjs';

/** @param metafile esbuild's list of the files in the bundle */
export function sbom(metafile) {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
  const all = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1e8 }));
  const refs = new Set(bundledPackages(ROOT, metafile).map(({ name, version }) => `${name}@${version}`));
  const components = all.components.filter((one) => refs.has(one['bom-ref'])).map(shipped);
  const missing = [...refs].filter((ref) => !components.some((one) => one['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`the lock file does not have ${missing.join(', ')}`);
  const own = `fireaxe@${VERSION}`;
  const { timestamp: _, lifecycles: __, ...metadata } = all.metadata;
  const bill = {
    ...all,
    serialNumber: undefined,
    metadata: { ...metadata, component: { ...metadata.component, 'bom-ref': own, name: 'fireaxe' } },
    components,
    dependencies: all.dependencies
      .filter(({ ref }) => ref === own || refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((to) => refs.has(to)) })),
  };
  // The same bill has the same number, so that two builds can be compared.
  return `${JSON.stringify({ ...bill, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(bill))}` }, null, 2)}\n`;
}

/** npm knows it as a dependency for development, since nothing is installed beside the bundle. */
const shipped = ({ properties: _, ...component }) => ({ ...component, scope: 'required' });

/** Version 8 of RFC 9562: its bits are the maker's own. */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
