import { existsSync } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { FireaxeError, usage } from '../base/errors.ts';
import type { FleetSnapshot, TransportName } from '../fleet/types.ts';
import { readFleetFile } from './fleet-file.ts';
import { checkPermissions } from './permissions.ts';
import { type ClusterFile, type KitFile, kitSchema, knownKitKeys } from './schema.ts';
import type { Bastion, CloudProfile, ClusterKit, Kit } from './types.ts';
import { parseYaml, schemaError, type YamlSource } from './yaml-file.ts';

/**
 * Opens what was pre-staged: reads kit.yaml and the fleets, and refuses loose permissions before any key is used.
 * `if-there` takes a missing snapshot for an empty one: discovery makes it.
 */
export async function openKit(named: string, how: { fleets?: 'needed' | 'if-there' } = {}): Promise<Kit> {
  const path = await realpath(named).catch(() => named);
  const kitFile = join(path, 'kit.yaml');
  const text = await readFile(kitFile, 'utf8').catch((cause) => {
    throw noKit(path, cause);
  });
  const source = await parseYaml(text, kitFile);
  const parsed = kitSchema.safeParse(source.value);
  if (!parsed.success) throw schemaError(parsed.error.issues, source, knownKitKeys);
  const file = parsed.data;
  const state = file.state === undefined ? undefined : resolve(path, file.state);
  await checkPermissions(path, secretsOf(path, file), state ? [state] : []);

  const clusters: Record<string, ClusterKit> = {};
  for (const [name, cluster] of Object.entries(file.clusters)) {
    clusters[name] = await openCluster(path, name, cluster, source, how.fleets === 'if-there');
  }
  const sshConfig = await existing(inKit(path, file.sshConfig ?? 'ssh_config'));
  if (file.sshConfig && !sshConfig) throw missing(file.sshConfig, source.place(['sshConfig']));
  return {
    path,
    name: file.name ?? basename(path),
    clusters,
    policy: {
      floors: file.policy.floors as Kit['policy']['floors'],
      maxFailures: file.policy.maxFailures,
      planMaxAgeMs: file.policy.planMaxAge,
      fleetMaxAgeMs: file.policy.fleetMaxAge,
    },
    knownHosts: await knownHosts(path, file, source),
    playbooks: await playbooks(path),
    ...(sshConfig ? { sshConfig } : {}),
    ...(state ? { stateDir: state } : {}),
  };
}

async function openCluster(
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
    if (!used) {
      throw usage(`bastion ${bastion} has no identity`, {
        place: source.place([...at, 'bastions', bastion]),
        expected: 'identity: keys/<file> here, or under ssh of the cluster',
      });
    }
    bastions[bastion] = {
      name: bastion,
      address: b.address,
      port: b.port,
      user: b.user ?? ssh.user,
      identity: used,
    };
  }
  if (jump !== undefined && !bastions[jump]) throw unknownBastion(jump, source.place([...at, 'ssh', 'jump']));

  const fleetFile = inKit(path, file.fleet ?? join('fleet', `${name}.json`));
  const fleet = maybeNoFleet && !existsSync(fleetFile) ? noFleet(name) : await readFleetFile(fleetFile, name);
  for (const node of fleet.nodes) {
    if (typeof node.jump === 'string' && !bastions[node.jump])
      throw unknownBastion(node.jump, `${fleetFile}: ${node.name}`);
  }
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
    kubernetes: file.kubernetes,
    parameters: file.parameters,
    fleet,
  };
}

async function cloudProfile(path: string, file: ClusterFile): Promise<CloudProfile | undefined> {
  if (!file.cloud) return undefined;
  const { profile, region } = file.cloud;
  const configFile = await existing(inKit(path, file.cloud.configFile ?? join('aws', 'config')));
  const credentialsFile = await existing(
    inKit(path, file.cloud.credentialsFile ?? join('aws', 'credentials')),
  );
  return {
    region,
    ...(profile === undefined ? {} : { profile }),
    ...(configFile ? { configFile } : {}),
    ...(credentialsFile ? { credentialsFile } : {}),
  };
}

async function identityFile(path: string, identity: string | undefined, place: string) {
  if (identity === undefined) return undefined;
  const file = inKit(path, identity);
  const found = await stat(file).catch(() => undefined);
  if (!found) throw missing(identity, place);
  if (!found.isFile()) {
    throw usage(`${identity} is no file`, { place, expected: 'a private key, such as keys/id' });
  }
  return file;
}

async function knownHosts(path: string, file: KitFile, source: YamlSource): Promise<string[]> {
  const found: string[] = [];
  for (const [i, name] of (file.knownHosts ?? ['known_hosts']).entries()) {
    const one = await existing(inKit(path, name));
    if (one) found.push(one);
    else if (file.knownHosts) throw missing(name, source.place(['knownHosts', i]));
  }
  return found;
}

async function playbooks(path: string): Promise<Record<string, string>> {
  const directory = join(path, 'playbooks');
  const names = await readdir(directory).catch(() => [] as string[]);
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  return Object.fromEntries(files.map((name) => [name.replace(/\.ya?ml$/, ''), join(directory, name)]));
}

/** Files that only their owner may read. */
function secretsOf(path: string, file: KitFile): string[] {
  const named = Object.values(file.clusters).flatMap((c) => [
    c.ssh.identity,
    c.cloud?.credentialsFile,
    ...Object.values(c.bastions).map((b) => b.identity),
  ]);
  return [...new Set(['aws/credentials', ...named.filter((n) => n !== undefined)])].map((n) =>
    inKit(path, n),
  );
}

/** Relative names are meant within the kit; `~/` and absolute ones are taken as they are. */
function inKit(path: string, name: string): string {
  if (name.startsWith('~/')) return join(homedir(), name.slice(2));
  return isAbsolute(name) ? name : join(path, name);
}

async function existing(file: string): Promise<string | undefined> {
  return (await stat(file).catch(() => undefined)) ? file : undefined;
}

function missing(name: string, place: string): FireaxeError {
  return new FireaxeError('credentials', `${name} is not there`, {
    place,
    next: 'put the file into the kit, or correct its name',
  });
}

function unknownBastion(name: string, place: string): FireaxeError {
  return usage(`no bastion is called ${name}`, { place, expected: 'a name under bastions of the cluster' });
}

function noKit(path: string, cause: unknown): FireaxeError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'EACCES') {
    return new FireaxeError('credentials', 'the kit cannot be read', { place: path, cause });
  }
  return usage(`no kit at ${path}`, {
    expected: 'a directory with kit.yaml in it',
    next: 'name it by --kit PATH or FIREAXE_KIT (docs/kit.md tells how to make one), or try: fireaxe drill up',
    cause,
  });
}

function noFleet(cluster: string): FleetSnapshot {
  return { schemaVersion: 1, cluster, takenAt: new Date(0).toISOString(), source: 'none', nodes: [] };
}
