import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { group } from '../../actions/cordon-balancer/bench.ts';
import { type NetworkWorld, networkFleet, networkWorld } from '../../actions/fence-network/world.ts';
import { type Accounts, createAccounts } from '../../drill/cloud/accounts.ts';
import { fleetOf } from '../../kit/make-kit.ts';
import { InProcess } from '../in-process.ts';
import { accountsKit, answersAsNode } from './accounts-kit.ts';

const REGION = 'us-west-2';
const CLUSTERS = {
  pay: { account: 'pay', region: REGION, nodes: 4 },
  web: { account: 'web', region: REGION, nodes: 4 },
};
const NAMES = ['pay', 'web'] as const;

let fireaxe: InProcess;
let cloud: Accounts;
let kit: string;
/** Everything has the same ids in both accounts: what is mixed up shows. */
let worlds: Record<(typeof NAMES)[number], NetworkWorld>;

beforeEach(async () => {
  fireaxe = new InProcess();
  worlds = { pay: worldOf(), web: worldOf() };
  cloud = await createAccounts(
    { [`pay ${REGION}`]: worlds.pay, [`web ${REGION}`]: worlds.web },
    { perSecond: 1000, burst: 1000, deliveryMs: 1, listedAfterMs: 30 },
  );
  const fleets = NAMES.map((name) => {
    const nodes = networkFleet(worlds[name]).map((node) => ({
      ...node,
      name: `${name}-${node.name}`,
      cluster: name,
    }));
    return [`fleet/${name}.json`, JSON.stringify(fleetOf(nodes, name))];
  });
  kit = accountsKit(cloud.url, CLUSTERS, { files: Object.fromEntries(fleets) });
});
afterEach(async () => {
  await cloud.close();
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

function worldOf(): NetworkWorld {
  const world = networkWorld();
  world.answer = answersAsNode;
  const workers = world.machines.slice(2).map(({ id }) => id);
  world.balancers = {
    groups: [group('users', [...workers, 'i-other'])],
    forwards: [],
    drainMs: 20,
    checkMs: 20,
  };
  return world;
}

const both = (...words: string[]) =>
  fireaxe.run([...words, '--all-clusters', '--cluster-gate', 'none', '--reason', 'INC-1'], { kit });
const fence = (...words: string[]) =>
  both('fence', '--at', 'network', '--soak', '0s', '--confirm', '2 clusters 4', ...words);
const undo = () =>
  fireaxe.run(['undo', 'last', '--cluster-gate', 'none', '--reason', 'INC-1', '--yes'], { kit });
const denied = (name: keyof typeof worlds) =>
  worlds[name].network.acls[0]!.entries.filter(
    ({ egress, action, number }) => !egress && action === 'deny' && number < 32_767,
  );
const inService = (name: keyof typeof worlds) =>
  worlds[name].balancers!.groups[0]!.targets.filter(({ state }) => state === 'healthy').map(({ id }) => id);

describe('levers of the cloud over two accounts', () => {
  it('fences the network of each cluster in its own account, and undoes it there', async () => {
    const before = structuredClone([worlds.pay.network, worlds.web.network]);
    const done = await fence();
    expect(done.code, done.stderr + done.stdout).toBe(0);
    expect(NAMES.map((name) => denied(name).length)).toEqual([1, 1]);
    const undone = await undo();
    expect(undone.code, undone.stderr + undone.stdout).toBe(0);
    expect([worlds.pay.network, worlds.web.network]).toEqual(before);
  });

  it('fences where it may, names the account where it may not, and goes on there once it may', async () => {
    const { faults } = cloud.place('web', REGION).endpoint;
    faults.refuse.DescribeNetworkAcls = 'AuthFailure';
    const first = await fence('--max-failed-clusters', '1');
    expect(first.code, first.stderr + first.stdout).toBe(3);
    expect(NAMES.map((name) => denied(name).length)).toEqual([1, 0]);
    expect(first.stderr).toMatch(
      /^web: no target could be reached: AWS credentials of profile web are not accepted.*\nnext: .* --profile web /m,
    );
    delete faults.refuse.DescribeNetworkAcls;
    const resumed = await fireaxe.run(['resume', 'last'], { kit });
    expect(resumed.code, resumed.stderr + resumed.stdout).toBe(0);
    expect(NAMES.map((name) => denied(name).length)).toEqual([1, 1]);
  });

  it('fences where the cloud answers, and elsewhere once it answers again', async () => {
    const config = join(kit, 'aws/config');
    const right = readFileSync(config, 'utf8');
    writeFileSync(config, right.replace(/(profile web\]\nendpoint_url = ).*/, '$1http://127.0.0.1:1'));
    const first = await fence('--max-failed-clusters', '1');
    expect(first.code, first.stderr + first.stdout).toBe(3);
    expect(first.stdout).toMatch(/^web +failed +1 unreachable, 1 not-attempted/m);
    expect(first.stdout).toContain('cloud-unreachable: no connection to AWS in us-west-2: ');
    expect(NAMES.map((name) => denied(name).length)).toEqual([1, 0]);
    writeFileSync(config, right);
    const resumed = await fireaxe.run(['resume', 'last'], { kit });
    expect(resumed.code, resumed.stderr + resumed.stdout).toBe(0);
    expect(NAMES.map((name) => denied(name).length)).toEqual([1, 1]);
  });

  it('takes the workers of each cluster out of the balancers of its own account, and back', async () => {
    const before = structuredClone([worlds.pay.balancers, worlds.web.balancers]);
    const done = await both('cordon', '--at', 'balancer', '-l', 'role=worker', '--soak', '0s', '--yes');
    expect(done.code, done.stderr + done.stdout).toBe(0);
    expect(NAMES.map(inService)).toEqual([['i-other'], ['i-other']]);
    const undone = await undo();
    expect(undone.code, undone.stderr + undone.stdout).toBe(0);
    expect(NAMES.map((name) => inService(name).sort())).toEqual(
      before.map((b) => b!.groups[0]!.targets.map(({ id }) => id).sort()),
    );
  });
});
