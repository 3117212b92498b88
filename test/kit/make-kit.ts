import { chmodSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const KIT_YAML = `schemaVersion: 1
clusters:
  c1:
    ssh: { user: core, identity: keys/id }
    bastions:
      b1: { address: 203.0.113.5 }
policy:
  maxFailures: 5%
`;

export function fleetOf(nodes: object[], cluster = 'c1') {
  return {
    schemaVersion: 1,
    cluster,
    takenAt: new Date(Date.now() - 3_600_000).toISOString(),
    source: 'file',
    nodes,
  };
}

export const NODES = [
  {
    name: 'cp-1',
    cluster: 'c1',
    roles: ['control-plane', 'etcd'],
    address: '127.0.0.1',
    port: 1,
    labels: { 'topology.kubernetes.io/zone': 'a' },
  },
  {
    name: 'n1',
    cluster: 'c1',
    roles: ['worker'],
    address: '127.0.0.2',
    port: 1,
    labels: { 'topology.kubernetes.io/zone': 'a', pool: 'web' },
  },
  {
    name: 'n2',
    cluster: 'c1',
    roles: ['worker'],
    address: '127.0.0.3',
    port: 1,
    labels: { 'topology.kubernetes.io/zone': 'b', pool: 'web' },
  },
];

/** A kit in a new directory; files beside or instead of the usual ones. */
export function makeKit(files: Record<string, string> = {}): string {
  const kit = realpathSync(mkdtempSync(join(tmpdir(), 'fireaxe-kit-')));
  const all: Record<string, string> = {
    'kit.yaml': KIT_YAML,
    'fleet/c1.json': JSON.stringify(fleetOf(NODES), null, 2),
    'keys/id': 'not a real key\n',
    known_hosts: '',
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    const path = join(kit, name);
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(path, content);
    chmodSync(path, 0o600);
  }
  chmodSync(kit, 0o700);
  return kit;
}
