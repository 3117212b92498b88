// What a kit of hundreds of clusters costs before anything is sent: seconds to the first line or connection, and to the
// end; CPU and peak memory of the process. Nothing listens at the nodes' addresses.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { typed } from '../../build/typed.mjs';
import { table } from './table.mjs';

const { values } = typed({
  usage: 'Usage: node test/bench/clusters.mjs [--clusters 300] [--nodes 3000] [--fireaxe FILE]',
  numbers: ['clusters', 'nodes'],
  options: {
    clusters: { type: 'string', default: '300' },
    nodes: { type: 'string', default: '3000' },
    fireaxe: { type: 'string', default: join(import.meta.dirname, '../../bin/fireaxe.js') },
  },
});
const { clusters, nodes } = values;
const dir = mkdtempSync(join(tmpdir(), 'fireaxe-bench-'));
const kit = join(dir, 'kit');
const env = { ...process.env, FIREAXE_KIT: kit, FIREAXE_STATE_DIR: join(dir, 'state'), NO_COLOR: '1' };
delete env.SSH_AUTH_SOCK;

const ONE = ['-c', `prod-${Math.ceil(clusters / 2)}`];
const ALL = ['--all-clusters'];
const SERVERS = ['-l', 'role=control-plane'];
const ROW = { stdout: /\n {0,2}[a-z0-9-]+ +prod-/ };
/** With -v each attempt to connect is a line when it ended; here all are refused. */
const CONNECTION = { stderr: /ssh [a-z0-9-]+ 127\./ };

try {
  writeKit();
  const rows = [
    await row('clusters', ['clusters'], { stdout: /NAME/ }),
    await row('nodes, one cluster', ['nodes', ...ONE], ROW),
    await row('nodes, all clusters, control plane', ['nodes', ...ALL, ...SERVERS], ROW),
    await row('nodes, all clusters, every node', ['nodes', ...ALL], ROW),
    await row('plan, one cluster', ['plan', 'exec', ...ONE, ...SERVERS, '--', 'true'], { stdout: /exec/ }),
    await row('plan, one cluster, every node', ['plan', 'exec', ...ONE, '--all', '--', 'true'], {
      stdout: /exec/,
    }),
    await row('plan, all clusters, control plane', ['plan', 'exec', ...ALL, ...SERVERS, '--', 'true'], {
      stderr: /clusters: /,
    }),
    await row('probe, one cluster', ['probe', '-v', ...ONE], CONNECTION),
    await row('probe, all clusters', ['probe', '-v', ...ALL], CONNECTION),
  ];
  console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${process.platform}\n`);
  table([`${clusters} clusters of ${nodes} nodes`, 'to the first', 'to the end', 'CPU', 'peak memory'], rows);
} finally {
  rmSync(dir, { recursive: true });
}

/** One run: when its first line or connection was seen, and what it used. */
async function row(name, args, first) {
  const usage = join(dir, 'usage');
  const hook = `--import=${join(import.meta.dirname, 'usage.mjs')}`;
  const begun = performance.now();
  const child = spawn(process.execPath, [hook, values.fireaxe, ...args], { env: { ...env, USAGE: usage } });
  const seconds = () => (performance.now() - begun) / 1000;
  const said = { stdout: '', stderr: '' };
  let toFirst;
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (chunk) => {
      said[stream] = `${said[stream]}${chunk}`.slice(-20_000);
      if (toFirst === undefined && first[stream]?.test(said[stream])) toFirst = seconds();
    });
  }
  await new Promise((resolve) => child.once('close', resolve));
  const toEnd = seconds();
  if (toFirst === undefined)
    throw new Error(`${args.join(' ')} did not begin:\n${said.stdout}\n${said.stderr}`);
  const { bytes, cpu } = JSON.parse(readFileSync(usage, 'utf8'));
  return [name, ...[toFirst, toEnd, cpu].map((s) => `${s.toFixed(2)} s`), `${Math.round(bytes / 1e6)} MB`];
}

function writeKit() {
  for (const folder of ['', 'fleet', 'keys', 'clusters', 'known_hosts.d'])
    mkdirSync(join(kit, folder), { recursive: true, mode: 0o700 });
  const write = (name, text) => writeFileSync(join(kit, name), text, { mode: 0o600 });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(kit, 'keys/id')]);
  const hostKey = readFileSync(join(kit, 'keys/id.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  write(
    'kit.yaml',
    'schemaVersion: 1\ndefaults:\n  labels: { env: prod }\n  ssh: { user: core, identity: keys/id }\n',
  );
  const takenAt = new Date().toISOString();
  for (let c = 1; c <= clusters; c++) {
    const cluster = `prod-${c}`;
    write(`clusters/${cluster}.yaml`, `labels: { region: r-${c % 20} }\norder: ${c}\nsize: ${nodes}\n`);
    const fleet = Array.from({ length: nodes }, (_, i) => nodeOf(cluster, c, i));
    const snapshot = { schemaVersion: 1, cluster, takenAt, source: 'bench', nodes: fleet };
    write(`fleet/${cluster}.json`, `${JSON.stringify(snapshot, null, 1)}\n`);
    write(`known_hosts.d/${cluster}`, fleet.map(({ address }) => `[${address}]:9 ${hostKey}\n`).join(''));
  }
}

/** As discovery writes them. */
function nodeOf(cluster, c, i) {
  const labels = {
    'topology.kubernetes.io/zone': `us-west-2${'abc'[i % 3]}`,
    'node.kubernetes.io/instance-type': 'm7i.4xlarge',
    pool: `pool-${i % 9}`,
  };
  return {
    name: `ip-10-${c % 256}-${(i + 1) >> 8}-${(i + 1) & 255}`,
    cluster,
    roles: i < 3 ? ['control-plane', 'etcd'] : ['worker'],
    address: `127.${1 + (c % 250)}.${(i + 1) >> 8}.${(i + 1) & 255}`,
    port: 9,
    labels,
    instanceId: `i-${(c * nodes + i).toString(16).padStart(17, '0')}`,
  };
}
