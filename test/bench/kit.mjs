import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A kit whose one cluster has these addresses as workers. Returns the environment to run fireaxe in. */
export function writeKit(dir, server, hosts) {
  const kit = join(dir, 'kit');
  for (const folder of ['', 'fleet', 'keys']) mkdirSync(join(kit, folder), { recursive: true, mode: 0o700 });
  const write = (name, text) => writeFileSync(join(kit, name), text, { mode: 0o600 });
  copyFileSync(server.identity, join(kit, 'keys', 'id'));
  chmodSync(join(kit, 'keys', 'id'), 0o600);
  if (server.certificate) copyFileSync(server.certificate, join(kit, 'keys', 'id-cert.pub'));
  // One line a host, as a real kit has them, or one for an authority.
  const lines = server.authority
    ? [`@cert-authority * ${server.authority}\n`]
    : hosts.map((host) => `[${host}]:${server.port} ${server.hostKey}\n`);
  write('known_hosts', lines.join(''));
  write(
    'kit.yaml',
    `schemaVersion: 1
name: bench
clusters:
  bench:
    via: [ssh]
    ssh: { user: ${server.user}, port: ${server.port}, identity: keys/id }
`,
  );
  const nodes = hosts.map((address, i) => ({
    name: `node-${i}`,
    cluster: 'bench',
    roles: ['worker'],
    address,
    labels: {},
  }));
  const takenAt = new Date().toISOString();
  const fleet = { schemaVersion: 1, cluster: 'bench', takenAt, source: 'bench', nodes };
  write('fleet/bench.json', JSON.stringify(fleet));
  return { ...process.env, FIREAXE_KIT: kit, FIREAXE_STATE_DIR: join(dir, 'state'), NO_COLOR: '1' };
}

export const EXEC = ['exec', '-c', 'bench', '--all', '--reason', 'bench', '--yes', '--output', 'json'];
