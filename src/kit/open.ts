import { readdir, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FireaxeError, usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { existing, inKit, missing } from './in-kit.ts';
import { openCluster } from './open-cluster.ts';
import { checkPermissions } from './permissions.ts';
import { mustBeFile, readText } from './read-text.ts';
import { type KitFile, kitSchema, knownKitKeys } from './schema.ts';
import type { ClusterKit, Kit } from './types.ts';
import { parseYaml, schemaError, type YamlSource } from './yaml-file.ts';

/**
 * Opens what was pre-staged: reads kit.yaml and the fleets, and refuses loose permissions before any key is used.
 * `if-there` takes a missing snapshot for an empty one: discovery makes it.
 */
export async function openKit(named: string, how: { fleets?: 'needed' | 'if-there' } = {}): Promise<Kit> {
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
  await checkPermissions(path, { ...filesOf(path, file), skip: state ? [state] : [] });

  const clusters: Record<string, ClusterKit> = {};
  const unopened: Record<string, FireaxeError> = {};
  for (const [name, cluster] of Object.entries(file.clusters)) {
    try {
      clusters[name] = await openCluster(path, name, cluster, source, how.fleets === 'if-there');
    } catch (error) {
      if (!(error instanceof FireaxeError) || Object.keys(file.clusters).length === 1) throw error;
      unopened[name] = error;
    }
  }
  const sshConfig = await existing(inKit(path, file.sshConfig ?? 'ssh_config'));
  if (file.sshConfig && !sshConfig) throw missing(file.sshConfig, source.place(['sshConfig']));
  if (sshConfig) await mustBeFile(sshConfig);
  return {
    path,
    name: file.name ?? basename(path),
    clusters,
    ...(Object.keys(unopened).length > 0 ? { unopened } : {}),
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
function filesOf(path: string, file: KitFile): { secrets: string[]; others: string[] } {
  const clusters = Object.values(file.clusters);
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
      ...(file.knownHosts ?? []),
      ...clusters.flatMap((c) => [c.cloud?.configFile, c.fleet]),
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
    next: 'add --kit PATH, or set FIREAXE_KIT (docs/kit.md); to practise without a kit: fireaxe drill up',
    cause,
  });
}
