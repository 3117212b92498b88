import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InProcess } from '../cli/in-process.ts';
import { accountsKit, answersAsNode, type InCloud, worldsOf } from '../cli/rollout/accounts-kit.ts';
import { type Accounts, createAccounts } from '../drill/cloud/accounts.ts';

/** Of one command by tag. */
const SEND = 1000;
/** Invocations of one page, and the time between two lists of commands (ms). */
const PAGE = 50;
const TICK_MS = 2000;

const shared = { nodes: SEND, shards: 40 };
/** 5,000 instances in two accounts and two regions; two clusters are in the same ones. */
const CLUSTERS: Record<string, InCloud> = {
  'pay-west-1': { account: 'pay', region: 'us-west-2', ...shared },
  'pay-west-2': { account: 'pay', region: 'us-west-2', ...shared },
  'pay-east': { account: 'pay', region: 'us-east-1', ...shared },
  'web-west': { account: 'web', region: 'us-west-2', ...shared },
  'web-east': { account: 'web', region: 'us-east-1', ...shared },
};
const PLACES = [
  ['pay', 'us-west-2', 2],
  ['pay', 'us-east-1', 1],
  ['web', 'us-west-2', 1],
  ['web', 'us-east-1', 1],
] as const;

let fireaxe: InProcess;
let cloud: Accounts;
let kit: string;

beforeEach(async () => {
  fireaxe = new InProcess();
  const worlds = worldsOf(CLUSTERS);
  for (const world of Object.values(worlds)) world.answer = answersAsNode;
  cloud = await createAccounts(worlds);
  kit = accountsKit(cloud.url, CLUSTERS);
});
afterEach(async () => {
  await cloud.close();
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

const rollout = async (...words: string[]) => {
  const all = ['exec', '--all-clusters', '--all', '--all-at-once', '--confirm', '5 clusters 5000'];
  const more = ['--reason', 'INC-1', '-o', 'json', ...words, '--', 'true'];
  const ran = await fireaxe.run([...all, ...more], { kit });
  return { ...ran, ...JSON.parse(ran.stdout) };
};

it('reaches 5,000 instances in two accounts and regions by one send a 1,000 nodes and one list a tick and place', async () => {
  const { code, stderr, verdict, outcomes, apiCalls } = await rollout();
  expect(code, stderr).toBe(0);
  expect(verdict).toMatchObject({ state: 'done', planned: 5000, counts: { ok: 5000 } });
  expect(new Set(outcomes.map((one: { target: string }) => one.target)).size).toBe(5000);
  expect(apiCalls['ssm:SendCommand']).toBe(5);
  for (const [account, region, clusters] of PLACES) {
    const { endpoint, times } = cloud.place(account, region);
    expect(endpoint.calls.SendCommand).toBe(clusters);
    expect(endpoint.calls.ListCommandInvocations).toBeLessThanOrEqual((2 * clusters * SEND) / PAGE);
    const lists = times.get('ListCommands') ?? [];
    for (const [n, at] of lists.entries()) expect(at - (lists[n - 1] ?? 0)).toBeGreaterThan(TICK_MS * 0.9);
  }
});

it('tells each of 5,000 instances where a region dies in mid-run, and is done after a resume', async () => {
  const dead = cloud.place('web', 'us-east-1');
  dead.dieAfter('SendCommand');
  const { code, stderr, verdict, outcomes } = await rollout('--max-failed-clusters', '1');
  expect(code, stderr).toBe(3);
  expect(verdict).toMatchObject({ planned: 5000, counts: { ok: 4000, unknown: SEND } });
  expect(outcomes).toHaveLength(5000);
  dead.state = 'up';
  const resumed = await fireaxe.run(['resume', 'last', '-o', 'json'], { kit });
  expect(resumed.code, resumed.stderr).toBe(0);
  const after = JSON.parse(resumed.stdout);
  expect(after.verdict).toMatchObject({ state: 'done', counts: { ok: 5000 } });
  // The receipts are read by tag, too.
  expect(after.apiCalls['ssm:SendCommand']).toBe(1);
});
