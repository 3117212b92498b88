import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { volumesMeant } from '../../../src/actions/scale-volume/which.ts';
import type { CloudContext } from '../../../src/actions/types.ts';
import { splitResult } from '../../../src/transport/node-output.ts';
import type { NodeScript } from '../../../src/transport/types.ts';
import { target } from '../../transport/ssm/harness.ts';

const execute = promisify(execFile);
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fireaxe-disk-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** The disk under a folder, as df and /sys show it. */
function disk(folder: string, name: string, serial?: string) {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, folder, '.df'), `/dev/${name}`);
  writeFileSync(
    join(root, 'df'),
    `#!/bin/sh\nread -r disk <"$2/.df"\nprintf 'Filesystem x\\n%s 1 1 1 1%% /\\n' "$disk"\n`,
  );
  chmodSync(join(root, 'df'), 0o755);
  const [, whole = name] = /^(nvme\d+n\d+|xvd[a-z])p?\d+$/.exec(name) ?? [];
  const block = join(root, 'sys/devices', whole);
  mkdirSync(join(block, 'device'), { recursive: true });
  mkdirSync(join(root, 'sys/class/block/mapper'), { recursive: true });
  symlinkSync(block, join(root, 'sys/class/block', whole));
  if (serial) writeFileSync(join(block, 'device/serial'), serial);
  if (whole === name) return;
  mkdirSync(join(block, name));
  writeFileSync(join(block, name, 'partition'), '1\n');
  symlinkSync(join(block, name), join(root, 'sys/class/block', name));
}

const ATTACHED = [
  { VolumeId: 'vol-0aaa', Attachments: [{ Device: '/dev/xvda' }] },
  { VolumeId: 'vol-0bbb', Attachments: [{ Device: '/dev/sdf' }] },
];

async function found(): Promise<string | (string | undefined)[]> {
  const context = {
    runId: 'run-1',
    stepId: 's',
    nodes: [],
    async reach(targets: unknown[], script: NodeScript) {
      const text = script.textFor(target(0), 'ssm');
      const env = { PATH: `${root}:/usr/bin:/bin`, FIREAXE_ROOT: root };
      const ran = await execute('/bin/sh', ['-c', text], { env }).catch((e: { stdout: string }) => e);
      const { result } = splitResult(ran.stdout, script.nonce);
      return targets.map(() => ({ state: result?.state === 'ok' ? 'ok' : 'failed', result }));
    },
  } as unknown as CloudContext;
  const volumes = await volumesMeant(ATTACHED, 'etcd', target(0), context);
  return typeof volumes === 'string' ? volumes : volumes.map(({ VolumeId }) => VolumeId);
}

it.each([
  ['an NVMe disk', 'var/lib/etcd', 'nvme1n1', 'vol0bbb            \n'],
  ['a partition of one', 'var/lib/etcd', 'nvme1n1p1', 'vol0bbb\n'],
  ['a disk of a Xen machine', 'var/lib/etcd', 'xvdf', undefined],
  ['the folder of RKE2', 'var/lib/rancher/rke2/server/db/etcd', 'nvme1n1', 'vol0bbb\n'],
  ['the folder of kOps', 'mnt/master-vol-0bbb', 'nvme1n1', 'vol0bbb\n'],
])('finds the volume of %s', async (_, folder, name, serial) => {
  disk(folder, name, serial);
  expect(await found()).toEqual(['vol-0bbb']);
});

it('finds both volumes of kOps, which has an etcd for events, too', async () => {
  disk('mnt/master-vol-0aaa', 'nvme1n1', 'vol0aaa\n');
  disk('mnt/master-vol-0bbb', 'nvme2n1', 'vol0bbb\n');
  expect(await found()).toEqual(['vol-0aaa', 'vol-0bbb']);
});

it.each([
  ['no folder of etcd', () => disk('srv', 'xvda'), 'no folder of etcd data'],
  ['a disk made of others', () => disk('var/lib/etcd', 'mapper/data'), 'made of other disks'],
  [
    'a disk of somebody else',
    () => disk('var/lib/etcd', 'nvme7n1', 'vol0fff\n'),
    'vol-0fff, which is not a volume of the machine',
  ],
])('says why it is not known: %s', async (_, given, why) => {
  given();
  const text = await found();
  expect(text).toContain(why);
  expect(text).toContain('--device: vol-0aaa at /dev/xvda, vol-0bbb at /dev/sdf');
});
