// Measures what the README promises of speed, side by side in one run.
import { fork } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { typed } from '../../build/typed.mjs';
import { addresses } from './addresses.mjs';
import { EXEC, writeKit } from './kit.mjs';
import { inTurn, measure } from './measure.mjs';
import { present, rivals } from './rivals.mjs';
import { freePort, listening, startSshd } from './sshd.mjs';
import { ssmRows } from './ssm.mjs';
import { table } from './table.mjs';

const { values } = typed({
  usage: `Usage: npm run bench -- [OPTION…]
  --hosts 200     real sshd addresses      --rounds 3   runs of each
  --many 5000     light servers            --far 1000   targets at 150 ms round trip
  --naive 500     nodes of the naive loop over SSM
  --only PART     one part alone           --no-rivals  Fireaxe alone
  --fireaxe FILE  another build of it`,
  numbers: ['hosts', 'rounds', 'many', 'far', 'naive'],
  options: {
    hosts: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
    many: { type: 'string', default: '5000' },
    far: { type: 'string', default: '1000' },
    naive: { type: 'string', default: '500' },
    only: { type: 'string' },
    fireaxe: { type: 'string', default: join(import.meta.dirname, '../../bin/fireaxe.js') },
    rivals: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
/** Fireaxe's own default of `--parallel`. */
const WINDOW = 64;
const ROUND_TRIP_MS = 150;
const node = process.execPath;
const here = (name) => join(import.meta.dirname, name);

const hosts = addresses(values.hosts);
const server = await startSshd(hosts);
try {
  console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${process.platform}\n`);
  const parts = {
    sideBySide,
    certified,
    coldStart,
    many: () => many(values.many),
    far: () => far(values.far),
    ssm: () => ssm(values.many, values.naive),
  };
  for (const [name, part] of Object.entries(parts)) if ([undefined, name].includes(values.only)) await part();
} finally {
  await server.stop();
}

async function sideBySide() {
  const env = writeKit(server.dir, server, hosts);
  const bare = [node, here('bare.mjs'), server.port, server.user, server.identity, WINDOW, hosts.length];
  const runs = {
    'bare ssh2 loop': () => measure(bare),
    'fireaxe exec': () => measure([node, values.fireaxe, ...EXEC, '--', 'true'], { env }),
  };
  const absent = [];
  for (const [name, rival] of Object.entries(values.rivals ? rivals(server, hosts, WINDOW) : {})) {
    if (present(rival)) runs[name] = () => measure(rival.argv, rival);
    else absent.push(name);
  }
  const figures = await inTurn(values.rounds, runs);
  const rows = figures.map(({ name, wall, cpu }) => [
    name,
    `${((cpu.median * 1000) / hosts.length).toFixed(1)} ms`,
    `${cpu.ratio.toFixed(2)} ×`,
    `${wall.median.toFixed(2)} s`,
    `${wall.ratio.toFixed(2)} ×`,
  ]);
  table(
    [`${hosts.length} hosts, real sshd, ${WINDOW} at a time`, 'CPU a host', 'to bare', 'wall', 'to bare'],
    [...rows, ...absent.map((name) => [name, 'not installed'])],
  );
}

/** What certificates cost over plain keys. */
async function certified() {
  const vouched = await startSshd(hosts, { certified: true });
  const exec = (at) => {
    const env = writeKit(at.dir, at, hosts);
    return () => measure([node, values.fireaxe, ...EXEC, '--', 'true'], { env });
  };
  try {
    const figures = await inTurn(values.rounds, {
      'plain keys': exec(server),
      'certificates of host and user': exec(vouched),
    });
    const rows = figures.map(({ name, wall, cpu }) => [
      name,
      `${((cpu.median * 1000) / hosts.length).toFixed(1)} ms`,
      `${cpu.ratio.toFixed(2)} ×`,
      `${wall.median.toFixed(2)} s`,
      `${wall.ratio.toFixed(2)} ×`,
    ]);
    table([`${hosts.length} hosts, real sshd`, 'CPU a host', 'to plain', 'wall', 'to plain'], rows);
  } finally {
    await vouched.stop();
  }
}

/** Whether the default is near the best setting over SSM, and what the loop that people write costs. */
async function ssm(count, naive) {
  const rows = await ssmRows(server.dir, values.fireaxe, EXEC, count, naive);
  table(['SSM with quotas of 20, 10 and 15 calls a second', 'wall', 'to first', 'calls', 'to first'], rows);
}

async function coldStart() {
  const figures = await inTurn(15, {
    'node -e 0': () => measure([node, '-e', '0']),
    'fireaxe --help': () => measure([node, values.fireaxe, '--help']),
  });
  const rows = figures.map(({ name, wall }) => [
    name,
    `${Math.round(wall.median * 1000)} ms`,
    `${wall.ratio.toFixed(2)} ×`,
  ]);
  table(['cold start', 'wall', 'to node'], rows);
}

async function many(count) {
  const port = await freePort();
  const farm = fork(here('stub-farm.mjs'), [join(server.dir, 'host'), port]);
  await listening(port, farm);
  const dir = join(server.dir, 'many');
  mkdirSync(dir);
  const env = writeKit(dir, { ...server, port }, addresses(count));
  const peak = join(dir, 'peak');
  const argv = [node, `--import=${here('peak-memory.mjs')}`, values.fireaxe, ...EXEC, '--', 'true'];
  try {
    const rows = [];
    let first;
    for (const threads of [1, 2]) {
      const own = { ...env, PEAK_MEMORY: peak, FIREAXE_SSH_THREADS: String(threads) };
      const { wall, cpu } = await measure(argv, { env: own });
      first ??= wall;
      rows.push([
        `fireaxe exec, ${threads} thread${threads > 1 ? 's' : ''}`,
        `${Math.round(Number(readFileSync(peak, 'utf8')) / 1e6)} MB`,
        `${wall.toFixed(1)} s`,
        `${(first / wall).toFixed(2)} ×`,
        `${((cpu * 1000) / count).toFixed(1)} ms`,
      ]);
    }
    table([`${count} targets, light stub servers`, 'peak memory', 'wall', 'faster', 'CPU a target'], rows);
  } finally {
    farm.kill();
  }
}

/** Whether the default is near the best window of the bare loop, and --parallel means what it says, where answers take their time. */
async function far(count) {
  const [port, behind] = [await freePort(), await freePort()];
  const farm = fork(here('stub-farm.mjs'), [join(server.dir, 'host'), behind]);
  const proxy = fork(here('latency-proxy.mjs'), [port, behind, ROUND_TRIP_MS / 2]);
  try {
    await listening(behind, farm);
    await listening(port, proxy);
    const dir = join(server.dir, 'far');
    mkdirSync(dir);
    const env = writeKit(dir, { ...server, port }, addresses(count));
    const rows = [];
    let best = Number.POSITIVE_INFINITY;
    for (const parallel of [64, 256, 1000]) {
      const bare = [node, here('bare.mjs'), port, server.user, server.identity, parallel, count];
      const exec = [...EXEC, '--parallel', parallel, '--', 'true'];
      const [loop, ours] = await inTurn(1, {
        bare: () => measure(bare),
        ours: () => measure([node, values.fireaxe, ...exec], { env }),
      });
      best = Math.min(best, loop.wall.median);
      rows.push([
        `--parallel ${parallel}`,
        `${loop.wall.median.toFixed(1)} s`,
        `${ours.wall.median.toFixed(1)} s`,
        `${ours.wall.ratio.toFixed(2)} ×`,
      ]);
    }
    const { wall } = await measure([node, values.fireaxe, ...EXEC, '--', 'true'], { env });
    rows.push([
      'default, to the best of the bare loop',
      `${best.toFixed(1)} s`,
      `${wall.toFixed(1)} s`,
      `${(wall / best).toFixed(2)} ×`,
    ]);
    table([`${count} targets, ${ROUND_TRIP_MS} ms round trip`, 'bare ssh2', 'fireaxe exec', 'to bare'], rows);
  } finally {
    proxy.kill();
    farm.kill();
  }
}
