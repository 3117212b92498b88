import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SimulatedNode } from '../../../src/drill/node/node.ts';
import { connect, run, sh, type TestLab, testLab } from '../node/lab.ts';

let lab: TestLab;
let server: SimulatedNode;
let client: SimulatedNode;
beforeEach(async () => {
  lab = await testLab();
  server = await lab.node({ address: '10.0.0.1' });
  client = await lab.node({ address: '10.0.1.5' });
});
afterEach(() => lab.close());

const chain = (hook: string, rules: string) =>
  `table inet t { chain c { type filter hook ${hook} priority -150; policy accept; ${rules} } }`;
const load = async (node: SimulatedNode, text: string) => {
  expect(await sh(node, 'nft -f -', text)).toMatchObject({ code: 0, stderr: '' });
};
const verdict = (packet: 'new' | 'established' = 'new', port = 6443) =>
  lab.network.verdict(client, server, port, packet);

test('the destination’s input rules decide, loaded by a real script', async () => {
  expect(verdict()).toBe('accept');
  await load(server, chain('input', 'tcp dport 6443 ip saddr 10.0.1.0/24 reject with tcp reset'));
  expect(verdict()).toBe('reject');
  expect(verdict('established')).toBe('reject');
  expect(verdict('new', 443)).toBe('accept');
  await sh(server, 'nft delete table inet t');
  expect(verdict()).toBe('accept');
});

test('the source’s output rules decide, down to the cgroup of the sender', async () => {
  await load(client, chain('output', 'socket cgroupv2 level 2 "pods/bad" tcp dport 6443 drop'));
  const [bad, good] = ['bad', 'good'].map((pod) =>
    client.spawn({ comm: pod, args: [pod], cgroup: `/pods/${pod}/c` }),
  );
  expect(lab.network.verdict(client, server, 6443, 'new', { pid: bad!.pid })).toBe('drop');
  expect(lab.network.verdict(client, server, 6443, 'new', { pid: good!.pid })).toBe('accept');
});

test('an answer that does not come back is a drop', async () => {
  await load(server, chain('output', 'tcp sport 6443 drop'));
  expect(verdict()).toBe('drop');
});

test('a machine talks to itself by its loopback', async () => {
  await load(server, chain('input', 'iif lo accept; tcp dport 6443 drop'));
  expect(lab.network.verdict(server, server, 6443, 'new')).toBe('accept');
  expect(verdict()).toBe('drop');
});

test('a machine that is off does not answer, and its connections end', async () => {
  let closed = false;
  lab.network.track({
    from: client,
    to: server,
    fromPort: 40_000,
    toPort: 6443,
    close() {
      closed = true;
      lab.network.untrack(this);
    },
  });
  await server.powerOff();
  expect(verdict()).toBe('drop');
  expect(closed).toBe(true);
  expect(lab.network.connections(client)).toEqual([]);
});

test('a filter that cuts the operator off really does, and restores access', async () => {
  const ssh = await connect(server);
  await load(server, chain('input', 'ip saddr 192.0.2.10 tcp dport 22 drop'));
  const late = run(ssh, 'echo here');
  const early = await Promise.race([late, new Promise((wake) => setTimeout(() => wake('silence'), 300))]);
  expect(early).toBe('silence');
  await expect(connect(server, { readyTimeout: 300 })).rejects.toThrow(/handshake/);
  server.shims.call('nft', ['delete', 'table', 'inet', 't']);
  expect((await late).stdout).toBe('here\n');
  const gone = new Promise<void>((resolve) => ssh.once('close', () => resolve()));
  await load(server, chain('input', 'tcp dport 22 reject with tcp reset'));
  await gone;
});

test('scripts learn where the operator comes from, as sshd tells them', async () => {
  const ssh = await connect(server);
  expect((await run(ssh, 'echo $SSH_CONNECTION')).stdout).toMatch(/^192\.0\.2\.10 \d+ 10\.0\.0\.1 22\n$/);
  ssh.end();
});
