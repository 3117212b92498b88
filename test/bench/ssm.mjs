import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';
import { freePort, listening } from './sshd.mjs';

const here = (name) => join(import.meta.dirname, name);

/** Fireaxe over SSM by default, with all commands at once, and the naive loop: seconds, and calls to AWS. */
export async function ssmRows(dir, fireaxe, exec, count, naiveCount) {
  const port = await freePort();
  const stub = fork(here('ssm-stub.mjs'), [port]);
  const url = `http://127.0.0.1:${port}`;
  try {
    await listening(port, stub);
    const timed = async (argv, env) => {
      await fetch(`${url}/reset`, { method: 'POST' });
      const { wall } = await measure(argv, env ? { env } : {});
      const calls = await (await fetch(url)).json();
      return { wall, calls: Object.values(calls).reduce((a, b) => a + b, 0) };
    };
    const ours = (nodes, ...more) =>
      timed(
        [process.execPath, fireaxe, ...exec, ...more, '--', 'true'],
        kitOf(join(dir, `ssm-${nodes}`), url, nodes),
      );
    const naive = await timed([process.execPath, here('naive-ssm.mjs'), url, naiveCount]);
    const few = await ours(naiveCount);
    const byDefault = await ours(count);
    const best = await ours(count, '--parallel', count);
    const row = (name, nodes, { wall, calls }, to) => [
      `${name}, ${nodes} nodes`,
      `${wall.toFixed(1)} s`,
      `${(wall / to.wall).toFixed(2)} ×`,
      `${calls}`,
      `${(calls / to.calls).toFixed(2)} ×`,
    ];
    return [
      row('naive loop', naiveCount, naive, naive),
      row('fireaxe exec', naiveCount, few, naive),
      row('fireaxe exec, all at once', count, best, best),
      row('fireaxe exec', count, byDefault, best),
    ];
  } finally {
    stub.kill();
  }
}

function kitOf(dir, url, count) {
  const kit = join(dir, 'kit');
  for (const folder of ['', 'fleet', 'aws']) mkdirSync(join(kit, folder), { recursive: true, mode: 0o700 });
  const write = (name, text) => writeFileSync(join(kit, name), text, { mode: 0o600 });
  write(
    'kit.yaml',
    'schemaVersion: 1\nclusters:\n  bench:\n    via: [ssm]\n    cloud: { profile: bench, region: us-west-2 }\n',
  );
  write('aws/config', `[profile bench]\nendpoint_url = ${url}\n`);
  write(
    'aws/credentials',
    '[bench]\naws_access_key_id = AKIABENCHBENCHBENCH0\naws_secret_access_key = of-no-use\n',
  );
  const nodes = Array.from({ length: count }, (_, i) => ({
    name: `node-${i}`,
    cluster: 'bench',
    roles: ['worker'],
    address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`.replace(/^10\.0\.0\.0$/, '10.255.0.0'),
    labels: {},
    instanceId: `i-${(i + 1).toString(16).padStart(17, '0')}`,
  }));
  const takenAt = new Date().toISOString();
  write(
    'fleet/bench.json',
    JSON.stringify({ schemaVersion: 1, cluster: 'bench', takenAt, source: 'bench', nodes }),
  );
  return { ...process.env, FIREAXE_KIT: kit, FIREAXE_STATE_DIR: join(dir, 'state'), NO_COLOR: '1' };
}
