import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from './lab.ts';
import { fleetOf } from './orders.ts';

/** A kit for the lab's machines, as an operator would write it. It goes with the lab. */
export function writeKit(
  lab: Lab,
  ssh: Record<string, unknown> = {},
  policy: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): { path: string } {
  const path = mkdtempSync(join(lab.folder.dir, 'kit-'));
  for (const folder of ['keys', 'fleet']) mkdirSync(join(path, folder), { mode: 0o700 });
  copyFileSync(lab.folder.key, join(path, 'keys/id'));
  const hosts = [...lab.machines.values()].map(({ root, spec }) => {
    const key = readFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8');
    return `${spec.address} ${key.split(' ').slice(0, 2).join(' ')}`;
  });
  put(path, 'known_hosts', `${hosts.join('\n')}\n`);
  const snapshot = { schemaVersion: 1, cluster: 'lab', takenAt: new Date().toISOString(), source: 'file' };
  put(path, 'fleet/lab.json', JSON.stringify({ ...snapshot, nodes: fleetOf(lab) }));
  // JSON is YAML.
  const cluster = { ssh: { identity: 'keys/id', ...ssh }, via: ['ssh'], ...more };
  put(path, 'kit.yaml', JSON.stringify({ schemaVersion: 1, policy, clusters: { lab: cluster } }));
  return { path };
}

function put(kit: string, name: string, text: string): void {
  writeFileSync(join(kit, name), text, { mode: 0o600 });
}
