import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudExec } from '../../../src/drill/cloud/world.ts';
import { type FakeWorld, fakeWorld } from '../../drill/cloud/fake-world.ts';
import { workersOf } from './kit.ts';
import type { Lever } from './types.ts';

/** Uses of the cloud that change nothing in it. */
export const READERS: Lever[] = [
  {
    name: 'discover',
    args: [],
    targets: 0,
    reads: [['nodes', '--discover']],
    world: () =>
      fakeWorld(2, (machine, n) => {
        machine.tags['kubernetes.io/cluster/prod'] = 'owned';
        if (n === 1) machine.id = 'mi-0123456789abcdef0';
      }),
    // The snapshot does not know the machine outside EC2 yet.
    nodes: (world) => workersOf(world).slice(0, 1),
    stands: () => {},
  },
  {
    name: 'sweep',
    args: [],
    targets: 0,
    reads: [['sweep']],
    world: () => fakeWorld(1),
    stands: () => {},
  },
  {
    name: 'ssm',
    args: [],
    targets: 1,
    // So much output that a listing cuts it.
    reads: [['exec', '--nodes', 'n0', '--reason', 'test', '--yes', '--', 'printf %4000s']],
    cluster: { via: ['ssm'] },
    world: () => fakeWorld(1),
    stands: () => {},
  },
];

/** Its machines run what they are sent: by the sh of this machine, in a root of their own. */
export function ownShell(world: FakeWorld): FakeWorld {
  const root = mkdtempSync(join(tmpdir(), 'fireaxe-root-'));
  const data = join(root, 'var/lib/cloud/data');
  mkdirSync(data, { recursive: true });
  mkdirSync(join(root, 'run'));
  world.answer = (id, text) => {
    writeFileSync(join(data, 'instance-id'), `${id}\n`);
    return shell(text, root);
  };
  return world;
}

function shell(text: string, root: string): Promise<CloudExec> {
  const env = { PATH: process.env.PATH ?? '', FIREAXE_ROOT: root };
  return new Promise((done) => {
    execFile('/bin/sh', ['-c', text], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}
