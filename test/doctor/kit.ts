import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordDrill } from '../../src/doctor/drills.ts';
import { instanceId } from '../drill/cloud/fake-world.ts';
import { fleetOf, makeKit } from '../kit/make-kit.ts';
import type { RealSshd } from '../transport/sshd.ts';

const NAMES = ['cp-1', 'n1', 'n2'];
const MACHINE = 'a'.repeat(32);

/** A root for the nodes: an identity of their own, and where their kubelet looks for DNS. */
export function nodeRoot(directory: string): string {
  mkdirSync(join(directory, 'etc/kubernetes'), { recursive: true });
  mkdirSync(join(directory, 'var/lib/kubelet'), { recursive: true });
  writeFileSync(join(directory, 'etc/machine-id'), `${MACHINE}\n`);
  writeFileSync(
    join(directory, 'var/lib/kubelet/config.yaml'),
    'clusterDNS: [10.77.0.10]\nclusterDomain: prod.example\n',
  );
  return directory;
}

/** The files of a kit whose emergency path is open. */
export interface Kit {
  files: Record<string, string>;
  fleet: ReturnType<typeof fleetOf>;
  cluster: Record<string, unknown>;
  knownHosts: string[];
  drillAt: number;
  /** Changes what was written. */
  afterwards?: (kit: string) => void;
}

/** Nodes that a real sshd on this machine stands for, each at a loopback address of its own, in a cloud. */
export function openPath(sshd: RealSshd, cloud: string): Kit {
  const nodes = NAMES.map((name, i) => ({
    name,
    cluster: 'c1',
    roles: i === 0 ? ['control-plane', 'etcd'] : ['worker'],
    address: `127.0.0.${i + 2}`,
    port: sshd.port,
    labels: {},
    machineId: MACHINE,
    instanceId: instanceId(i),
  }));
  return {
    files: {
      'keys/id': readFileSync(sshd.identity, 'utf8'),
      'aws/config': `[profile lab]\nregion = us-west-2\nendpoint_url = ${cloud}\n`,
      'aws/credentials':
        '[lab]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = of-no-use\n',
    },
    fleet: fleetOf(nodes),
    cluster: {
      ssh: { user: sshd.user, identity: 'keys/id', sudo: false },
      via: ['ssh'],
      cloud: { profile: 'lab', region: 'us-west-2' },
    },
    knownHosts: nodes.map(({ address }) => `[${address}]:${sshd.port} ${sshd.hostKey}`),
    drillAt: Date.now(),
  };
}

/** Writes it, and the drill that was played on this machine. */
export async function written(
  { files, fleet, cluster, knownHosts, drillAt, afterwards }: Kit,
  state: string,
): Promise<string> {
  await recordDrill(state, { at: new Date(drillAt).toISOString(), scenario: 'test', recovered: true });
  const kit = makeKit({
    'kit.yaml': JSON.stringify({ schemaVersion: 1, clusters: { c1: cluster } }),
    'fleet/c1.json': JSON.stringify(fleet),
    known_hosts: `${knownHosts.join('\n')}\n`,
    ...files,
  });
  afterwards?.(kit);
  return kit;
}
