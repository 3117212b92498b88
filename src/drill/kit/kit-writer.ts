import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { makeDirectories } from '../../base/directories.ts';
import type { TrafficSwitch } from '../../kit/types.ts';
import type { Site } from '../site.ts';
import type { LabNode } from '../types.ts';

export interface KitFacts {
  clusters: [KitCluster, ...KitCluster[]];
  /** Where users' traffic is divided between them. */
  traffic?: readonly Partial<TrafficSwitch>[] | undefined;
  /** OpenSSH private key text that opens all of them. */
  privateKey: string;
  /** The endpoint of the cloud. */
  cloudUrl: string;
  now: Date;
}

/** One cluster as an engineer knows it. */
export interface KitCluster {
  site: Site;
  nodes: readonly LabNode[];
  bastion: { name: string; port: number; hostKey: string };
  /** Parameters of the shipped playbooks for this cluster. */
  parameters?: Readonly<Record<string, string>>;
}

/** Writes a kit as docs/kit.md describes it: what an engineer would have pre-staged for these clusters. */
export async function writeKit(kit: string, facts: KitFacts): Promise<void> {
  const { clusters, cloudUrl, now } = facts;
  const reached = clusters.flatMap(({ bastion, nodes }) => [bastion, ...nodes]);
  const files: Record<string, string> = {
    'kit.yaml': stringify(kitYaml(facts), { aliasDuplicateObjects: false }),
    ...Object.fromEntries(
      clusters.map((one) => [
        `fleet/${one.site.cluster}.json`,
        `${JSON.stringify(fleet(one, now), null, 1)}\n`,
      ]),
    ),
    'keys/operator': facts.privateKey.endsWith('\n') ? facts.privateKey : `${facts.privateKey}\n`,
    known_hosts: reached.map((at) => `[127.0.0.1]:${at.port} ${at.hostKey.trim()}\n`).join(''),
    'aws/config': `[profile lab]\nregion = ${clusters[0].site.region}\nendpoint_url = ${cloudUrl}\n`,
    'aws/credentials':
      '[lab]\naws_access_key_id = AKIALABLABLABLABLAB0\naws_secret_access_key = lab-secret-of-no-use\n',
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(kit, name);
    await makeDirectories(dirname(path));
    await writeFile(path, text, { mode: 0o600 });
  }
  await mkdir(join(kit, 'state'), { mode: 0o700 });
}

function kitYaml({ clusters, traffic }: KitFacts): object {
  return {
    schemaVersion: 1,
    name: 'drill',
    state: 'state',
    clusters: Object.fromEntries(clusters.map((one) => [one.site.cluster, clusterYaml(one, traffic)])),
    policy: { floors: { 'control-plane': '2' } },
  };
}

function clusterYaml({ site, bastion, parameters }: KitCluster, traffic: KitFacts['traffic']): object {
  return {
    ssh: { user: 'root', identity: 'keys/operator' },
    bastions: { [bastion.name]: { address: '127.0.0.1', port: bastion.port } },
    via: ['ssm', 'ssh'],
    cloud: { profile: 'lab', region: site.region, ...(traffic && { traffic }) },
    kubernetes: { alwaysAllow: [`10.${site.network}.255.0/24`] },
    ...(parameters && { parameters }),
  };
}

function fleet({ site, nodes, bastion }: KitCluster, now: Date): object {
  return {
    schemaVersion: 1,
    cluster: site.cluster,
    takenAt: now.toISOString(),
    source: 'drill',
    nodes: nodes.map(({ spec, port }) => ({
      name: spec.name,
      cluster: site.cluster,
      roles: spec.roles,
      address: '127.0.0.1',
      port,
      internalAddress: spec.address,
      labels: spec.labels,
      instanceId: spec.instanceId,
      machineId: spec.machineId,
      ...(spec.behindBastion && { jump: bastion.name }),
      // The control planes must be reachable without the cloud's agent.
      ...(spec.roles.includes('control-plane') && { via: ['ssh', 'ssm'] }),
    })),
  };
}
