import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetNode } from '../../src/fleet/types.ts';
import type { Lab } from '../lab/lab.ts';
import { CONTROL_PLANE, FAR, HOLLOW_HOST, type HollowNode, LAB, MACHINES, SOLO } from './layout.ts';

/** Writes a kit as an operator would: SSH, the machines' host keys, the names of the offender. Returns its path. */
export function writeKit(lab: Lab, hollow: HollowNode[]): string {
  const kit = join(lab.folder.dir, 'kit');
  for (const part of ['', 'keys', 'fleet', 'state']) mkdirSync(join(kit, part), { mode: 0o700 });
  const put = (name: string, text: string) => writeFileSync(join(kit, name), text, { mode: 0o600 });
  copyFileSync(lab.folder.key, join(kit, 'keys/id'));
  const fleets = { [LAB]: fleetOf(lab, hollow), [SOLO]: soloFleet(lab) };
  const keyOf = ({ name }: FleetNode) => {
    const { root } = lab.at(MACHINES.includes(name) ? name : HOLLOW_HOST);
    return readFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  };
  const all = Object.values(fleets).flat();
  put('known_hosts', all.map((node) => `${node.address} ${keyOf(node)}\n`).join(''));
  for (const [cluster, nodes] of Object.entries(fleets)) {
    const snapshot = { schemaVersion: 1, cluster, takenAt: new Date().toISOString(), source: 'file', nodes };
    put(`fleet/${cluster}.json`, JSON.stringify(snapshot));
  }
  const parameters = {
    process: 'telemetryd',
    namespace: 'telemetry',
    daemonset: 'telemetry-agent',
    'pod-selector': 'app=telemetry-agent',
  };
  const policy = { floors: { 'control-plane': 0 } };
  const ssh = { identity: 'keys/id' };
  const clusters = { [LAB]: { ssh, parameters }, [SOLO]: { ssh, parameters } };
  // JSON is YAML.
  put('kit.yaml', JSON.stringify({ schemaVersion: 1, state: 'state', policy, clusters }));
  return kit;
}

function fleetOf(lab: Lab, hollow: HollowNode[]): FleetNode[] {
  const node = (at: Pick<FleetNode, 'name' | 'address'> & { machineId: string }, i: number): FleetNode => ({
    name: at.name,
    cluster: LAB,
    roles: CONTROL_PLANE.includes(at.name) ? ['control-plane', 'etcd'] : ['worker'],
    address: at.address,
    machineId: at.machineId,
    labels: {
      'topology.kubernetes.io/zone': `z${1 + (i % 3)}`,
      ...(!MACHINES.includes(at.name) && { kind: 'hollow' }),
    },
  });
  const machines = [...lab.machines.values()].map(({ spec }) => spec);
  return [...machines.filter(({ name }) => ![HOLLOW_HOST, SOLO].includes(name)), ...hollow].map(node);
}

/** The machine `solo`, and its node `far`: the address of the machine that runs the hollow nodes. */
function soloFleet(lab: Lab): FleetNode[] {
  const node = (name: string, at: string, roles: FleetNode['roles']): FleetNode => {
    const { address, machineId } = lab.at(at).spec;
    return { name, cluster: SOLO, roles, address, machineId, labels: {} };
  };
  return [node(SOLO, SOLO, ['control-plane', 'etcd']), node(FAR, HOLLOW_HOST, ['worker'])];
}
