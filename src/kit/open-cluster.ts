import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FireaxeError, usage } from '../base/errors.ts';
import { canonicalAddress } from '../fleet/canonical-address.ts';
import type { TransportName } from '../fleet/transports.ts';
import type { FleetSnapshot } from '../fleet/types.ts';
import { readFleetFile } from './fleet-file.ts';
import { existing, inKit, missing } from './in-kit.ts';
import type { ClusterFile } from './schema.ts';
import type { Bastion, CloudProfile, ClusterKit, Discovery, Timeouts } from './types.ts';
import type { YamlSource } from './yaml-file.ts';

/** One cluster of the kit with its fleet; every file that it names exists. */
export async function openCluster(
  path: string,
  name: string,
  file: ClusterFile,
  source: YamlSource,
  maybeNoFleet: boolean,
): Promise<ClusterKit> {
  const at = ['clusters', name] as const;
  const { identity, jump, sudo, ...ssh } = file.ssh;
  const key = await identityFile(path, identity, source.place([...at, 'ssh', 'identity']));
  const bastions: Record<string, Bastion> = {};
  for (const [bastion, b] of Object.entries(file.bastions)) {
    const own = await identityFile(path, b.identity, source.place([...at, 'bastions', bastion, 'identity']));
    const used = own ?? key;
    if (!used && !ssh.useAgent) {
      throw usage(`bastion ${bastion} has no identity`, {
        place: source.place([...at, 'bastions', bastion]),
        expected: 'identity: keys/<file> here or under ssh of the cluster, or useAgent: true there',
      });
    }
    bastions[bastion] = {
      name: bastion,
      address: b.address,
      port: b.port,
      user: b.user ?? ssh.user,
      useAgent: ssh.useAgent,
      ...(used === undefined ? {} : { identity: used }),
    };
  }
  if (jump !== undefined && !Object.hasOwn(bastions, jump))
    throw unknownBastion(jump, source.place([...at, 'ssh', 'jump']));

  const fleetFile = inKit(path, file.fleet ?? join('fleet', `${name}.json`));
  const fleet = maybeNoFleet && !existsSync(fleetFile) ? noFleet(name) : await readFleetFile(fleetFile, name);
  for (const node of fleet.nodes) {
    if (typeof node.jump === 'string' && !Object.hasOwn(bastions, node.jump))
      throw unknownBastion(node.jump, `${fleetFile}: ${node.name}`);
  }
  refuseSameDoor(fleet, ssh.port, fleetFile);
  const cloud = await cloudProfile(path, file);
  const via: TransportName[] = file.via ?? (cloud ? ['ssm', 'ssh'] : ['ssh']);
  return {
    name,
    fleetFile,
    ssh: {
      ...ssh,
      sudo: sudo ?? true,
      ...(key ? { identity: key } : {}),
      ...(jump === undefined ? {} : { jump }),
    },
    bastions,
    via,
    ...(cloud ? { cloud } : {}),
    ...discoveryIn(file),
    kubernetes: file.kubernetes,
    parameters: file.parameters,
    timeouts: timeoutsIn(file),
    fleet,
  };
}

/** Only what the kit sets, without the defaults. */
function timeoutsIn({ timeouts }: ClusterFile): Partial<Timeouts> {
  return Object.fromEntries(
    Object.entries(timeouts).flatMap(([phase, ms]) => (ms === undefined ? [] : [[`${phase}Ms`, ms]])),
  );
}

function discoveryIn({ cloud }: ClusterFile): { discover?: Discovery } {
  if (!cloud?.discover) return {};
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
      labelTags: labels,
      address,
    },
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

async function identityFile(path: string, identity: string | undefined, place: string) {
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
