import { stringify } from 'yaml';
import type { CloudInstance } from '../../../src/drill/cloud/world.ts';
import { keyOf } from '../../drill/cloud/accounts.ts';
import { type FakeWorld, fakeWorld } from '../../drill/cloud/fake-world.ts';
import { fleetOf, makeKit } from '../../kit/make-kit.ts';

/** A cluster in one account and region. */
export interface InCloud {
  account: string;
  region: string;
  nodes: number;
  /** How many shards its nodes are in, by tag. */
  shards?: number;
}

const TAG = 'fireaxe-shard';

/** Machines of the clusters, each account and region a world of its own. No two have the same instance id. */
export function worldsOf(clusters: Record<string, InCloud>): Record<string, FakeWorld> {
  const worlds: Record<string, FakeWorld> = {};
  for (const [index, [name, cluster]] of Object.entries(clusters).entries()) {
    const own = fakeWorld(cluster.nodes, (machine, n) => {
      machine.id = idOf(index, n);
      machine.tags = {
        Name: `${name}-n${n}`,
        [`kubernetes.io/cluster/${name}`]: 'owned',
        ...shardOf(cluster, n),
      };
    });
    const place = `${cluster.account} ${cluster.region}`;
    if (worlds[place]) worlds[place].machines.push(...own.machines);
    else worlds[place] = own;
  }
  return worlds;
}

/** One kit of all these clusters: what they share is under `defaults`, and each has a profile of its account. AWS's own address without `url`. */
export function accountsKit(
  url: string,
  clusters: Record<string, InCloud>,
  more: { files?: Record<string, string>; cloud?: object } = {},
): string {
  const accounts = [...new Set(Object.values(clusters).map(({ account }) => account))];
  const entries = Object.entries(clusters);
  const own = entries.map(([name, { account, region }]) => [
    `clusters/${name}.yaml`,
    stringify({ cloud: { profile: account, region } }),
  ]);
  const fleets = entries.map(([name, cluster], index) => [
    `fleet/${name}.json`,
    JSON.stringify(fleetOf(nodesOf(name, cluster, index), name)),
  ]);
  return makeKit({
    'kit.yaml': stringify({
      schemaVersion: 1,
      defaults: { via: ['ssm'], cloud: { shardTag: TAG, ...more.cloud } },
    }),
    'aws/config': accounts
      .map((name) => `[profile ${name}]\n${url === '' ? '' : `endpoint_url = ${url}\n`}`)
      .join('\n'),
    'aws/credentials': accounts
      .map((name) => `[${name}]\naws_access_key_id = ${keyOf(name)}\naws_secret_access_key = of-no-use\n`)
      .join('\n'),
    ...Object.fromEntries([...own, ...fleets]),
    ...more.files,
  });
}

const nodesOf = (name: string, cluster: InCloud, index: number) =>
  Array.from({ length: cluster.nodes }, (_, n) => ({
    name: `${name}-n${n}`,
    cluster: name,
    roles: ['worker'],
    address: `10.${index}.${n >> 8}.${n & 255}`,
    instanceId: idOf(index, n),
    labels: shardOf(cluster, n),
  }));

const idOf = (index: number, n: number): CloudInstance['id'] =>
  `i-${(index * 0x10000 + n).toString(16).padStart(17, '0')}`;

const shardOf = ({ shards }: InCloud, n: number): Record<string, string> =>
  shards === undefined ? {} : { [TAG]: String(n % shards) };

/** Answers as a node that runs the script, as far as it says which nodes are meant. */
export function answersAsNode(id: string, text: string) {
  const value = (name: string) => new RegExp(`^${name}='?([^'\\n]*)`, 'm').exec(text)?.[1];
  const meant = value('FX_MEANT');
  const refused = meant !== undefined && !meant.split(' ').includes(id);
  const state = refused ? { state: 'refused', code: 'wrong-machine' } : { state: 'changed', exit: 0 };
  const result = { fireaxe: 1, nonce: value('FX_NONCE'), op: value('FX_OP'), ...state };
  return { code: refused ? 4 : 0, stdout: `\n${JSON.stringify(result)}\n`, stderr: '' };
}
