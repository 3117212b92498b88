import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Accounts, createAccounts, type Place } from '../../drill/cloud/accounts.ts';
import type { FakeWorld } from '../../drill/cloud/fake-world.ts';
import { InProcess } from '../in-process.ts';
import { accountsKit, answersAsNode, type InCloud, worldsOf } from './accounts-kit.ts';

const [WEST, EAST] = ['us-west-2', 'us-east-1'];
/** The canary is one that lives in every test. */
const CLUSTERS: Record<string, InCloud> = {
  'pay-west': { account: 'pay', region: WEST, nodes: 2 },
  'pay-east': { account: 'pay', region: EAST, nodes: 2 },
  'web-west': { account: 'web', region: WEST, nodes: 2 },
  'web-east': { account: 'web', region: EAST, nodes: 2 },
};

let fireaxe: InProcess;
let cloud: Accounts;
let kit: string;
let worlds: Record<string, FakeWorld>;

beforeEach(async () => {
  fireaxe = new InProcess();
  worlds = worldsOf(CLUSTERS);
  for (const world of Object.values(worlds)) world.answer = answersAsNode;
  cloud = await createAccounts(worlds, { perSecond: 1000, burst: 1000, deliveryMs: 1, listedAfterMs: 50 });
  kit = accountsKit(cloud.url, CLUSTERS);
});
afterEach(async () => {
  await cloud.close();
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

/** The clusters of the kit come by name: pay-east is the canary. */
const exec = (...words: string[]) => {
  const rollout = ['exec', '--all-clusters', '--all', '--reason', 'INC-1'];
  return fireaxe.run([...rollout, ...words], { kit });
};
const atOnce = ['--all-at-once', '--confirm', '4 clusters 8'];
const places = (): Place[] =>
  ['pay', 'web'].flatMap((name) => [WEST, EAST].map((in_) => cloud.place(name, in_)));

it('goes on everywhere else when a region dies in mid-run, and resumes once it is back: nothing runs twice', async () => {
  const dead = cloud.place('web', WEST);
  const roots = join(fireaxe.directory, 'nodes');
  for (const world of Object.values(worlds)) world.exec = (id, lines) => asAgent(join(roots, id), id, lines);
  // The orders run all the same.
  dead.dieAfter('SendCommand');
  const more = ['--max-failed-clusters', '1', '-o', 'json', '--', 'echo ran >>"$FIREAXE_ROOT/ran"'];
  const first = await exec(...atOnce, ...more);
  expect(first.code, first.stderr).toBe(3);
  const { verdict } = JSON.parse(first.stdout);
  expect(verdict).toMatchObject({ state: 'partial', planned: 8, counts: { ok: 6, unknown: 2 } });
  expect(verdict.clusters).toContainEqual(expect.objectContaining({ cluster: 'web-west', state: 'failed' }));
  dead.state = 'up';
  const resumed = await fireaxe.run(['resume', 'last', '-o', 'json'], { kit });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(JSON.parse(resumed.stdout).verdict).toMatchObject({ state: 'done', planned: 8, counts: { ok: 8 } });
  const ran = Object.values(worlds).flatMap(({ machines }) =>
    machines.map(({ id }) => readFileSync(join(roots, id, 'ran'), 'utf8')),
  );
  expect(ran).toEqual(Array(8).fill('ran\n'));
});

it('names the account whose keys are refused, with the next step, and goes on in the others', async () => {
  for (const region of [WEST, EAST])
    cloud.place('web', region).endpoint.faults.refuse.SendCommand = 'UnrecognizedClientException';
  const { code, stderr } = await exec('--yes', '--soak', '0s', '--max-failed-clusters', '2', '--', 'true');
  expect(code, stderr).toBe(3);
  expect(stderr).toContain('4 clusters: 2 ok, 2 failed; 8 targets planned: 4 ok, 4 unreachable');
  for (const region of [WEST, EAST])
    expect(stderr).toMatch(
      new RegExp(
        `^web-${region === WEST ? 'west' : 'east'}: no target could be reached: AWS credentials of profile web are not accepted.*\n` +
          `next: .*aws sts get-caller-identity --profile web --region ${region}$`,
        'm',
      ),
    );
  const strict = await exec(...atOnce, '--', 'true');
  expect(strict.code, strict.stderr).toBe(7);
});

it('ends with the code of credentials where no account lets it in', async () => {
  for (const { endpoint } of places()) endpoint.faults.refuse.SendCommand = 'UnrecognizedClientException';
  const { code, stderr } = await exec(...atOnce, '--max-failed-clusters', '4', '--', 'true');
  expect(code, stderr).toBe(4);
  expect(stderr.match(/no target could be reached: AWS credentials of profile (pay|web)/g)).toHaveLength(4);
});

it('signs by the clock of each region, whatever that of this machine says', async () => {
  places().forEach(({ endpoint }, n) => {
    endpoint.faults.clockAheadMs = (n - 1) * 3_600_000;
  });
  const { code, stderr } = await exec('--yes', '--soak', '0s', '--', 'true');
  expect(code, stderr).toBe(0);
});

it('says of each cluster that the proxy does not let it out', async () => {
  const asked: string[] = [];
  const proxy = createServer().on('connect', ({ url }, socket) => {
    asked.push(url!);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  vi.stubEnv('NO_PROXY', '');
  rmSync(kit, { recursive: true });
  kit = accountsKit('', CLUSTERS);
  const { code, stdout } = await exec(...atOnce, '--', 'true');
  proxy.close();
  expect(code).toBe(7);
  expect(new Set(asked)).toEqual(new Set([WEST, EAST].map((region) => `ssm.${region}.amazonaws.com:443`)));
  expect(stdout.match(/no connection to SSM: .*the proxy 127.0.0.1 refuses ssm/g)).toHaveLength(4);
});

/** Runs a text as the agent of one machine would, below a folder of its own. */
function asAgent(root: string, id: string, lines: string[]) {
  mkdirSync(join(root, 'run'), { recursive: true });
  const script = join(root, 'script.sh');
  writeFileSync(script, `${lines.join('\n')}\n`);
  const env = { ...process.env, FIREAXE_ROOT: root, AWS_SSM_INSTANCE_ID: id };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile('/bin/sh', [script], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}
