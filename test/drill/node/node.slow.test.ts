import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as tcp } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKeyPair } from '../../../src/drill/node/key-pair.ts';
import { CLIENT_KEY, connect, run, sh, type TestLab, testLab } from './lab.ts';

let lab: TestLab;
beforeEach(async () => {
  lab = await testLab();
});
afterEach(() => lab.close());

test('runs a command by SSH: streams, input and exit code are the command’s own', async () => {
  const client = await connect(await lab.node());
  const ran = await run(client, 'cat; echo $((1+1)) >&2; cat "$FIREAXE_ROOT/etc/machine-id"; exit 7', 'in\n');
  expect(ran).toEqual({
    stdout: `in\n${'1'.padStart(32, '0')}\n`,
    stderr: '2\n',
    code: 7,
    signal: undefined,
  });
  client.end();
});

test('relays the end by a signal', async () => {
  const client = await connect(await lab.node());
  const ran = await run(client, 'kill -TERM $$');
  expect(ran).toMatchObject({ code: null, signal: 'SIGTERM' });
  client.end();
});

test('refuses another key, another user, and a key without its signature', async () => {
  const node = await lab.node();
  const other = createKeyPair();
  await expect(connect(node, { privateKey: other.private })).rejects.toThrow(/authentication/);
  await expect(connect(node, { username: 'admin' })).rejects.toThrow(/authentication/);
  await expect(connect(node, { privateKey: undefined as never, password: 'x' })).rejects.toThrow(
    /authentication/,
  );
});

test('the right key without its owner opens nothing: the signature is verified', async () => {
  const { BaseAgent, utils } = ssh2;
  const parsed = utils.parseKey(CLIENT_KEY.public);
  if (parsed instanceof Error) throw parsed;
  class Thief extends BaseAgent<ssh2.ParsedKey> {
    getIdentities(done: (error: undefined, keys: ssh2.ParsedKey[]) => void) {
      done(undefined, [parsed as unknown as ssh2.ParsedKey]);
    }
    override sign(_key: unknown, data: Buffer, options: unknown, done?: unknown) {
      const other = utils.parseKey(createKeyPair().private) as unknown as ssh2.ParsedKey;
      const answer = (typeof options === 'function' ? options : done) as (
        error: null,
        signature: Buffer,
      ) => void;
      answer(null, other.sign(data) as unknown as Buffer);
    }
  }
  const node = await lab.node();
  const agent = new Thief();
  await expect(connect(node, { privateKey: undefined as never, agent })).rejects.toThrow(/authentication/);
});

test('a command outlives the connection that brought it', async () => {
  const node = await lab.node();
  const client = await connect(node);
  const gone = new Promise<void>((resolve) => client.once('close', () => resolve()));
  client.exec(
    'cd "$FIREAXE_ROOT/run"; : >begun; until [ -e gone ]; do sleep 0.05; done; echo done >mark',
    () => undefined,
  );
  await expect.poll(() => existsSync(join(node.root, 'run/begun'))).toBe(true);
  client.destroy();
  await gone;
  writeFileSync(join(node.root, 'run/gone'), '');
  await expect.poll(() => readFileSync(join(node.root, 'run/mark'), 'utf8')).toBe('done\n');
});

test('the machine that carries the lab is out of reach: its own administration tools are not found', async () => {
  const node = await lab.node();
  const ran = await sh(node, 'for t in iptables crictl kubectl curl reboot pkill; do command -v $t; done');
  expect(ran.stdout).toBe('');
  expect((await sh(node, 'iptables -F')).code).toBe(127);
});

test('hangs in key exchange', async () => {
  const node = await lab.node({ fault: 'kex-hang' });
  const socket = tcp(node.port, '127.0.0.1');
  const banner = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))));
  expect(banner).toMatch(/^SSH-2\.0-/);
  socket.destroy();
  await expect(connect(node, { readyTimeout: 300 })).rejects.toThrow(/handshake/);
});

test('presents a host key that is not the known one', async () => {
  const node = await lab.node({ fault: 'changed-host-key' });
  await expect(connect(node)).rejects.toThrow(/verification failed/i);
});

test('power off ends everything; power on comes back at the same port with an empty /run', async () => {
  const node = await lab.node();
  const { port } = node;
  const process = node.spawn({ comm: 'agent', args: ['agent'], cgroup: '/' });
  const left = node.exec('echo x >"$FIREAXE_ROOT/run/x"; sleep 600', {});
  await expect.poll(() => readFileSync(join(node.root, 'run/x'), 'utf8')).toBe('x\n');
  await node.powerOff();
  expect(node.running()).toBe(false);
  expect(node.port).toBe(0);
  expect((await left.ended).signal).toBe('SIGKILL');
  await expect.poll(() => process.alive()).toBe(false);
  await node.powerOn();
  expect(node.port).toBe(port);
  expect((await sh(node, 'ls "$FIREAXE_ROOT/run"')).stdout).toBe('systemd\n');
});

test('a hundred machines start and answer', async () => {
  const began = performance.now();
  const before = process.memoryUsage().rss;
  const nodes = await Promise.all(Array.from({ length: 100 }, () => lab.node()));
  const started = performance.now() - began;
  const clients = await Promise.all(nodes.slice(0, 20).map((node) => connect(node)));
  const answers = await Promise.all(clients.map((client) => run(client, 'cat "$FIREAXE_ROOT/etc/hostname"')));
  expect(answers.map((a) => a.stdout)).toEqual(nodes.slice(0, 20).map((node) => `${node.spec.name}\n`));
  for (const client of clients) client.end();
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  console.log(`100 nodes in ${Math.round(started)} ms, ${Math.round(grown)} MiB more`);
});

test('each boot has a name of its own, and a time since when', async () => {
  const node = await lab.node();
  const boot = () => readFileSync(join(node.root, 'proc/sys/kernel/random/boot_id'), 'utf8');
  const up = async () => Number((await sh(node, 'cat "$FIREAXE_ROOT/proc/uptime"')).stdout.split(' ')[0]);
  const first = boot();
  expect(first).toMatch(/^[0-9a-f-]{36}\n$/);
  const since = await up();
  expect(await up()).toBeGreaterThanOrEqual(since);
  await node.powerOff();
  await node.powerOn();
  expect(boot()).not.toBe(first);
  expect(await up()).toBeLessThan(5);
});
