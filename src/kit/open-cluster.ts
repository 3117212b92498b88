import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FireaxeError, usage } from '../base/errors.ts';
import { refusals } from '../base/together.ts';
import { canonicalAddress } from '../fleet/canonical-address.ts';
import type { TransportName } from '../fleet/transports.ts';
import type { FleetSnapshot } from '../fleet/types.ts';
import type { Definition } from './clusters/definition.ts';
import { readFleetFile } from './fleet-file.ts';
import { existing, inKit, missing } from './in-kit.ts';
import { mustBeFile } from './read-text.ts';
import type { ClusterFile } from './schema/cluster.ts';
import { readServicesFile, servicesFileOf } from './services/file.ts';
import type { Bastion, CloudProfile, ClusterKit, Discovery, Timeouts, TrafficSwitch } from './types.ts';

/** One cluster of the kit with its fleet; every file that it names exists. */
export async function openCluster(
  path: string,
  name: string,
  { file, place }: Definition,
  maybeNoFleet: boolean,
): Promise<ClusterKit> {
  const { identity, certificate, hostKeyAlias, jump, sudo, ...ssh } = file.ssh;
  const refused = refusals();
  const key = await refused.try(() => keyFile(path, identity, place(['ssh', 'identity'])));
  const certified = await refused.try(() => keyFile(path, certificate, place(['ssh', 'certificate'])));
  const bastions: Record<string, Bastion> = {};
  for (const [bastion, b] of Object.entries(file.bastions)) {
    const at = ['bastions', bastion];
    const own = await refused.try(() => keyFile(path, b.identity, place([...at, 'identity'])));
    const ownCertificate = await refused.try(() =>
      keyFile(path, b.certificate, place([...at, 'certificate'])),
    );
    const used = own ?? key;
    const vouching = ownCertificate ?? (own ? undefined : certified);
    if (b.identity === undefined && identity === undefined && !ssh.useAgent)
      refused.add(
        usage(`bastion ${bastion} has no identity`, {
          place: place(at),
          expected: 'identity: keys/<file> here or under ssh of the cluster, or useAgent: true there',
        }),
      );
    bastions[bastion] = {
      name: bastion,
      address: b.address,
      port: b.port,
      user: b.user ?? ssh.user,
      useAgent: ssh.useAgent,
      ...(used === undefined ? {} : { identity: used }),
      ...(vouching === undefined ? {} : { certificate: vouching }),
      ...(b.hostKeyAlias === undefined ? {} : { hostKeyAlias: b.hostKeyAlias.replaceAll('{name}', bastion) }),
    };
  }
  if (jump !== undefined && !Object.hasOwn(bastions, jump))
    refused.add(unknownBastion(jump, place(['ssh', 'jump'])));

  const fleetFile = inKit(path, file.fleet ?? join('fleet', `${name}.json`));
  const none = maybeNoFleet && !existsSync(fleetFile);
  const read = none ? noFleet(name) : await refused.try(() => readFleetFile(fleetFile, name));
  const fleet = read ?? noFleet(name);
  for (const node of fleet.nodes) {
    if (typeof node.jump === 'string' && !Object.hasOwn(bastions, node.jump))
      refused.add(unknownBastion(node.jump, `${fleetFile}: ${node.name}`));
  }
  await refused.try(() => refuseSameDoor(fleet, ssh.port, fleetFile));
  const ownHostKeys = (await refused.try(() => knownHostsIn(path, name, file, place))) ?? {};
  refused.end(`mistakes in cluster ${name}`);
  const cloud = await cloudProfile(path, file);
  const via: TransportName[] = file.via ?? (cloud ? ['ssm', 'ssh'] : ['ssh']);
  return {
    name,
    fleetFile,
    services: () => readServicesFile(servicesFileOf(path, name), name),
    ssh: {
      ...ssh,
      sudo: sudo ?? true,
      ...(key ? { identity: key } : {}),
      ...(certified ? { certificate: certified } : {}),
      ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
      ...(jump === undefined ? {} : { jump }),
    },
    bastions,
    via,
    ...(cloud ? { cloud } : {}),
    ...(file.cloud?.shardTag === undefined ? {} : { shardTag: file.cloud.shardTag }),
    ...discoveryIn(file),
    ...trafficIn(file),
    kubernetes: file.kubernetes,
    parameters: file.parameters,
    timeouts: timeoutsIn(file),
    ...(file.drills === 'allowed' && { drills: file.drills }),
    fleet,
    ...ownHostKeys,
  };
}

/** The files with the keys of its own hosts: what the kit names, else known_hosts.d/<cluster> where it is. */
async function knownHostsIn(
  path: string,
  name: string,
  { knownHosts }: ClusterFile,
  place: Definition['place'],
): Promise<{ knownHosts?: string[] }> {
  const found: string[] = [];
  for (const [i, file] of (knownHosts ?? [join('known_hosts.d', name)]).entries()) {
    const one = await existing(inKit(path, file));
    if (one) found.push(await mustBeFile(one));
    else if (knownHosts) throw missing(file, place(['knownHosts', i]));
  }
  return found.length > 0 ? { knownHosts: found } : {};
}

/** Only what the kit sets, without the defaults. */
function timeoutsIn({ timeouts }: ClusterFile): Partial<Timeouts> {
  return Object.fromEntries(
    Object.entries(timeouts).flatMap(([phase, ms]) => (ms === undefined ? [] : [[`${phase}Ms`, ms]])),
  );
}

function discoveryIn({ cloud }: ClusterFile): { discover?: Discovery } {
  const shardLabels = cloud?.shardTag === undefined ? [] : [cloud.shardTag];
  if (!cloud?.discover) return shardLabels.length > 0 ? { discover: { labelTags: shardLabels } } : {};
  const { tagName, filters, roles, labels, address } = cloud.discover;
  const rules = roles.map(({ tag, value, roles }) => ({
    key: tag,
    ...(value === undefined ? {} : { value }),
    roles,
  }));
  return {
    discover: {
      ...(tagName === undefined ? {} : { tagName }),
      ...(filters && { filters: Object.entries(filters).map(([name, values]) => ({ name, values })) }),
      roleRules: rules,
      labelTags: [...labels, ...shardLabels],
      address,
    },
  };
}

function trafficIn({ cloud }: ClusterFile): { traffic?: TrafficSwitch[] } {
  if (!cloud?.traffic) return {};
  return {
    traffic: cloud.traffic.map(({ listener, record, ...shares }) => ({
      ...shares,
      ...(listener !== undefined && { listener }),
      ...(record && { record }),
    })),
  };
}

async function cloudProfile(path: string, file: ClusterFile): Promise<CloudProfile | undefined> {
  if (!file.cloud) return undefined;
  const { profile, region, allow } = file.cloud;
  const configFile = await existing(inKit(path, file.cloud.configFile ?? join('aws', 'config')));
  const credentialsFile = await existing(
    inKit(path, file.cloud.credentialsFile ?? join('aws', 'credentials')),
  );
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(configFile ? { configFile } : {}),
    ...(credentialsFile ? { credentialsFile } : {}),
    ...(allow.length > 0 ? { allow } : {}),
  };
}

async function keyFile(path: string, identity: string | undefined, place: string) {
  if (identity === undefined) return undefined;
  const file = inKit(path, identity);
  const found = await stat(file).catch(() => undefined);
  if (!found) throw missing(identity, place);
  if (!found.isFile()) {
    throw usage(`${identity} is not a file`, { place, expected: 'a private key, such as keys/id' });
  }
  return file;
}

/** A port that is written out may equal the default port of another node. */
function refuseSameDoor({ nodes }: FleetSnapshot, usual: number, file: string): void {
  const doors = new Map<string, string>();
  for (const { name, address, port = usual } of nodes) {
    const door = `${canonicalAddress(address)} port ${port}`;
    const other = doors.get(door);
    if (other !== undefined) throw usage(`${door} is already ${other}'s`, { place: `${file}: ${name}` });
    doors.set(door, name);
  }
}

function unknownBastion(name: string, place: string): FireaxeError {
  return usage(`unknown bastion ${name}`, { place, expected: 'a name under bastions of the cluster' });
}

function noFleet(cluster: string): FleetSnapshot {
  return { schemaVersion: 1, cluster, takenAt: new Date(0).toISOString(), source: 'none', nodes: [] };
}
