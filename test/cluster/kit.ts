import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetNode } from '../../src/fleet/types.ts';
import type { Lab } from '../lab/lab.ts';
import { CONTROL_PLANE, HOLLOW_HOST, type HollowNode, MACHINES } from './layout.ts';

const CLUSTER = 'lab';

/** Writes a kit as an operator would: SSH, the machines' host keys, the names of the offender. Returns its path. */
export function writeKit(lab: Lab, hollow: HollowNode[]): string {
  const kit = join(lab.folder.dir, 'kit');
  for (const part of ['', 'keys', 'fleet', 'state']) mkdirSync(join(kit, part), { mode: 0o700 });
  const put = (name: string, text: string) => writeFileSync(join(kit, name), text, { mode: 0o600 });
  copyFileSync(lab.folder.key, join(kit, 'keys/id'));
  const fleet = fleetOf(lab, hollow);
  const keyOf = ({ name }: FleetNode) => {
    const { root } = lab.at(MACHINES.includes(name) ? name : HOLLOW_HOST);
    return readFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  };
  put('known_hosts', fleet.map((node) => `${node.address} ${keyOf(node)}\n`).join(''));
  const snapshot = { schemaVersion: 1, cluster: CLUSTER, takenAt: new Date().toISOString(), source: 'file' };
  put(`fleet/${CLUSTER}.json`, JSON.stringify({ ...snapshot, nodes: fleet }));
  const parameters = {
    process: 'telemetryd',
    namespace: 'telemetry',
    daemonset: 'telemetry-agent',
    'pod-selector': 'app=telemetry-agent',
  };
  const policy = { floors: { 'control-plane': 0 } };
  const clusters = { [CLUSTER]: { ssh: { identity: 'keys/id' }, parameters } };
  // JSON is YAML.
  put('kit.yaml', JSON.stringify({ schemaVersion: 1, state: 'state', policy, clusters }));
  return kit;
}

function fleetOf(lab: Lab, hollow: HollowNode[]): FleetNode[] {
  const node = (at: Pick<FleetNode, 'name' | 'address'> & { machineId: string }, i: number): FleetNode => ({
    name: at.name,
    cluster: CLUSTER,
    roles: CONTROL_PLANE.includes(at.name) ? ['control-plane', 'etcd'] : ['worker'],
    address: at.address,
    machineId: at.machineId,
    labels: {
      'topology.kubernetes.io/zone': `z${1 + (i % 3)}`,
      ...(!MACHINES.includes(at.name) && { kind: 'hollow' }),
    },
  });
  const machines = [...lab.machines.values()].map(({ spec }) => spec);
  return [...machines.filter(({ name }) => name !== HOLLOW_HOST), ...hollow].map(node);
}
