import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { makeDirectories } from '../../base/directories.ts';

/** The kit of one lab, and the name of its cluster among those of other labs. */
export interface LabKit {
  name: string;
  kit: string;
  /** Its cluster as its own kit calls it. */
  cluster: string;
}

interface KitYaml {
  clusters: Record<string, { ssh: object; cloud: object }>;
}

/** Writes one kit with the clusters of several labs, each with the login, the host keys and the cloud of its own lab. */
export async function joinKits(kit: string, labs: readonly LabKit[]): Promise<void> {
  const parts = await Promise.all(labs.map(partOf));
  const clusters = Object.fromEntries(parts.map(({ name, definition }) => [name, definition]));
  const files: Record<string, string> = {
    'kit.yaml': stringify(
      { ...parts[0]!.yaml, clusters },
      {
        aliasDuplicateObjects: false,
      },
    ),
    known_hosts: parts.map(({ knownHosts }) => knownHosts).join(''),
    'aws/config': parts.map(({ config }) => config).join('\n'),
    'aws/credentials': parts.map(({ credentials }) => credentials).join('\n'),
    ...Object.fromEntries(parts.map(({ name, fleet }) => [`fleet/${name}.json`, fleet])),
    ...Object.fromEntries(parts.map(({ name, key }) => [`keys/${name}`, key])),
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(kit, name);
    await makeDirectories(dirname(path));
    await writeFile(path, text, { mode: 0o600 });
  }
  await makeDirectories(join(kit, 'state'));
}

async function partOf({ name, kit, cluster }: LabKit) {
  const read = (path: string) => readFile(join(kit, path), 'utf8');
  const yaml = parse(await read('kit.yaml')) as KitYaml;
  const own = yaml.clusters[cluster]!;
  const definition = {
    ...own,
    ssh: { ...own.ssh, identity: `keys/${name}` },
    cloud: { ...own.cloud, profile: name },
  };
  const fleet = JSON.parse(await read(`fleet/${cluster}.json`)) as { nodes: object[] };
  const nodes = fleet.nodes.map((node) => ({ ...node, cluster: name }));
  return {
    name,
    yaml,
    definition,
    fleet: `${JSON.stringify({ ...fleet, cluster: name, nodes }, null, 1)}\n`,
    key: await read('keys/operator'),
    knownHosts: await read('known_hosts'),
    config: (await read('aws/config')).replace('[profile lab]', `[profile ${name}]`),
    credentials: (await read('aws/credentials')).replace('[lab]', `[${name}]`),
  };
}
