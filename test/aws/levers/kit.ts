import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetNode } from '../../../src/fleet/types.ts';
import type { FakeWorld } from '../../drill/cloud/fake-world.ts';
import type { Lever } from './types.ts';

/** A kit of one cluster, `prod`, whose cloud is at this address. */
export function leverKit(directory: string, cloudUrl: string, lever: Lever, world: FakeWorld): string {
  return kitOf(directory, cloudUrl, (lever.nodes ?? workersOf)(world), lever.cluster);
}

export function kitOf(directory: string, cloudUrl: string, nodes: FleetNode[], more = {}): string {
  const kit = join(directory, 'kit');
  const cluster = { cloud: { profile: 'lab', region: 'us-west-2' }, ...more };
  const takenAt = new Date().toISOString();
  const files = {
    'kit.yaml': JSON.stringify({ schemaVersion: 1, clusters: { prod: cluster } }),
    'fleet/prod.json': JSON.stringify({ schemaVersion: 1, cluster: 'prod', takenAt, source: 'file', nodes }),
    'aws/config': `[profile lab]\nendpoint_url = ${cloudUrl}\n`,
    'aws/credentials': '[lab]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = of-no-use\n',
  };
  for (const dir of [kit, join(kit, 'aws'), join(kit, 'fleet')])
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(kit, name), text, { mode: 0o600 });
  return kit;
}

export function workersOf(world: FakeWorld): FleetNode[] {
  return world.machines.map((machine) => ({
    name: machine.tags.Name!,
    cluster: 'prod',
    roles: ['worker'],
    address: machine.privateIp,
    labels: { 'node.kubernetes.io/instance-type': machine.type, 'topology.kubernetes.io/zone': machine.zone },
    instanceId: machine.id,
  }));
}

/** The words that run a lever, or undo it, without a question. */
export const applyArgs = ({ args, targets }: Pick<Lever, 'args' | 'targets'>) => [
  ...args,
  '--reason',
  'test',
  '--yes',
  '--confirm',
  `prod ${targets}`,
];
/** All at once: the pace of an undo has tests of its own. */
const AT_ONCE = ['--canary', '0', '--wave', '100%', '--pause', '0s'];
export const undoArgs = ({ targets, undone = targets }: Pick<Lever, 'targets' | 'undone'>) => [
  'undo',
  'last',
  ...AT_ONCE,
  '--yes',
  '--confirm',
  `prod ${undone}`,
];
