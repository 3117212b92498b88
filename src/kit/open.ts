import { readdir, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FireaxeError, usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { refusals } from '../base/together.ts';
import { clusterNamed, clusterNames } from './cluster-named.ts';
import { openClusters } from './clusters/opened.ts';
import { readClusters } from './clusters/read.ts';
import { existing, inKit, missing } from './in-kit.ts';
import { openCluster } from './open-cluster.ts';
import { type Loose, loosePermissions } from './permissions.ts';
import { mustBeFile, readText } from './read-text.ts';
import type { ClusterFile } from './schema/cluster.ts';
import { type KitFile, kitSchema, knownKitKeys } from './schema/kit.ts';
import type { Kit } from './types.ts';
import { parseYaml, schemaError, type YamlSource } from './yaml-file.ts';

interface Opening {
  /** `if-there` takes a missing snapshot for an empty one: discovery makes it. */
  fleets?: 'needed' | 'if-there';
  /** Which clusters are opened at once: each costs the reading of its snapshot. `openClusters` opens others. */
  clusters?: 'all' | 'none';
  /** Told of loose permissions, which are refused where it is absent. */
  onLoose?(loose: Loose): void;
}

/**
 * Opens what was pre-staged: reads kit.yaml, the clusters and the fleets, and refuses loose permissions before any key
 * is used.
 */
export async function openKit(named: string, how: Opening = {}): Promise<Kit> {
  const path = await realpath(named).catch(() => named);
  const kitFile = join(path, 'kit.yaml');
  const text = await readText(kitFile).catch((cause) => {
    throw cause instanceof FireaxeError ? cause : noKit(path, cause);
  });
  const source = await parseYaml(text, kitFile);
  const parsed = kitSchema.safeParse(source.value);
  if (!parsed.success) throw schemaError(parsed.error.issues, source, knownKitKeys);
  const file = parsed.data;
  const state = file.state === undefined ? undefined : resolve(path, file.state);
  const defined = await readClusters(path, source, file);
  const files = defined.flatMap(({ definition }) => definition?.file ?? []);
  const loose = await loosePermissions(path, { ...filesOf(path, file, files), skip: state ? [state] : [] });
  const refused = refusals();
  if (loose && !how.onLoose) refused.add(loose.error);
  if (loose) how.onLoose?.(loose);

  const [sshConfig, revokedHostKeys, hostKeys = []] = [
    await refused.try(() => optional(path, file, source, 'sshConfig', 'ssh_config')),
    await refused.try(() => optional(path, file, source, 'revokedHostKeys', 'revoked_host_keys')),
    await refused.try(() => knownHosts(path, file, source)),
  ];
  // What else one cluster needs: with several, a mistake of one is not one of all.
  const only = defined.length === 1 ? defined[0]!.definition : undefined;
  if (loose && !how.onLoose && only)
    await refused.try(() => openCluster(path, defined[0]!.entry.name, only, how.fleets === 'if-there'));
  refused.end('mistakes in the kit');
  const byName = new Map(defined.map((one) => [one.entry.name, one]));
  const kit: Kit = {
    path,
    name: file.name ?? basename(path),
    index: defined.map(({ entry }) => entry),
    clusters: {},
    open: async (name) => {
      const { entry, definition } = byName.get(name)!;
      if (!definition) throw entry.problem;
      return openCluster(path, name, definition, how.fleets === 'if-there');
    },
    policy: {
      floors: file.policy.floors as Kit['policy']['floors'],
      maxFailures: file.policy.maxFailures,
      planMaxAgeMs: file.policy.planMaxAge,
      fleetMaxAgeMs: file.policy.fleetMaxAge,
    },
    knownHosts: hostKeys,
    playbooks: await playbooks(path),
    ...(revokedHostKeys ? { revokedHostKeys } : {}),
    ...(sshConfig ? { sshConfig } : {}),
    ...(state ? { stateDir: state } : {}),
  };
  if (how.clusters === 'none') return kit;
  await openClusters(kit, clusterNames(kit));
  // The kit's only cluster is the one that is meant.
  if (defined.length === 1) clusterNamed(kit, defined[0]!.entry.name);
  return kit;
}

/** A file that the kit may have under its usual name, and must have where it names one. */
async function optional(
  path: string,
  file: KitFile,
  source: YamlSource,
  key: 'sshConfig' | 'revokedHostKeys',
  usual: string,
): Promise<string | undefined> {
  const found = await existing(inKit(path, file[key] ?? usual));
  if (file[key] && !found) throw missing(file[key], source.place([key]));
  return found && mustBeFile(found);
}

async function knownHosts(path: string, file: KitFile, source: YamlSource): Promise<string[]> {
  const found: string[] = [];
  for (const [i, name] of (file.knownHosts ?? ['known_hosts']).entries()) {
    const one = await existing(inKit(path, name));
    if (one) found.push(await mustBeFile(one));
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

/** The files that the kit names: those that only their owner may read, and those that others may only not write. */
function filesOf(path: string, file: KitFile, clusters: ClusterFile[]) {
  const within = (names: (string | undefined)[]) => [
    ...new Set(names.filter((name) => name !== undefined).map((name) => inKit(path, name))),
  ];
  return {
    secrets: within([
      'aws/credentials',
      ...clusters.flatMap((c) => [c.ssh.identity, c.cloud?.credentialsFile]),
      ...clusters.flatMap((c) => Object.values(c.bastions).map((b) => b.identity)),
    ]),
    // An ssh_config and an AWS profile can name commands that are run.
    others: within([
      file.sshConfig,
      file.revokedHostKeys,
      ...(file.knownHosts ?? []),
      ...clusters.flatMap((c) => [c.ssh, ...Object.values(c.bastions)].map((login) => login.certificate)),
      ...clusters.flatMap((c) => [c.cloud?.configFile, c.fleet, ...(c.knownHosts ?? [])]),
    ]),
  };
}

function noKit(path: string, cause: unknown): FireaxeError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'EACCES') {
    return new FireaxeError('credentials', 'the kit cannot be read', {
      place: path,
      expected: 'a kit of the user who runs Fireaxe',
      next: `ls -ld ${quote(path)}`,
      cause,
    });
  }
  return usage(`no kit at ${path}`, {
    expected: 'a directory with kit.yaml in it',
    next: 'add --kit PATH, or set FIREAXE_KIT; to make one: fireaxe kit init; to practise without one: fireaxe drill up',
    cause,
  });
}
