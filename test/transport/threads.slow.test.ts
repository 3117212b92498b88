import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { threadText } from '../../build/one-file.mjs';
import type { Target } from '../../src/kit/types.ts';
import { startThread } from '../../src/transport/ssh/threads/open.ts';
import { withThreads } from '../../src/transport/ssh/threads/transport.ts';
import { createSshTransport, type SshOptions } from '../../src/transport/ssh/transport.ts';
import type { Transport } from '../../src/transport/types.ts';
import { type Faulty, sshStub } from './faulty.ts';
import { newKeyFile } from './sshd.ts';
import { raw, runAll, runOne, target } from './subjects.ts';
import { threadFile } from './thread-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'fireaxe-threads-'));
const identity = join(dir, 'id');
let file: string;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  newKeyFile(identity);
  file = await threadFile(dir);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
afterAll(() => rmSync(dir, { recursive: true }));

type Stub = Faulty & { hostKey: string };

async function serve(session: (channel: ssh2.ServerChannel) => void): Promise<Stub> {
  const server = await sshStub(session);
  open.push(server);
  return server;
}

/** Says that the text began, and its end when `after` is over. */
const shell =
  (after: (nth: number) => Promise<unknown> = async () => {}, began: string[] = []) =>
  (channel: ssh2.ServerChannel): void => {
    let text = '';
    channel.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    channel.on('end', async () => {
      // Nothing was sent, and the session is closed.
      if (text === '') return channel.end();
      began.push(text);
      channel.write('fireaxe:n0nce:began\n');
      await after(began.length);
      channel.write('fine\n');
      channel.exit(0);
      channel.end();
    });
  };

/** The transport with threads, each for `targetsEach` targets; with `ready` when they have loaded. */
async function threaded(server: Stub, most = 2, of: Partial<SshOptions> = {}) {
  const known = join(dir, `known-${Math.random()}`);
  writeFileSync(known, `[127.0.0.*]:* ${server.hostKey}\n`);
  const options = { kit: { knownHosts: [known] }, ...of };
  const workers: Worker[] = [];
  const loaded: Promise<unknown>[] = [];
  const here = await createSshTransport(options);
  let servedHere = 0;
  const counted: Transport = {
    ...here,
    run(...asked) {
      servedHere++;
      return here.run(...asked);
    },
  };
  const transport = withThreads(counted, {
    most,
    targetsEach: 1,
    start() {
      const worker = startThread({ file }, { options, traced: false });
      workers.push(worker);
      loaded.push(new Promise((resolve) => worker.once('message', resolve)));
      return worker;
    },
  });
  open.push(transport);
  const nodes = (count: number): Target[] =>
    Array.from({ length: count }, (_, i) =>
      target({ name: `n${i}`, port: server.port, ssh: { user: 'ops', identity } }),
    );
  // They start when they are worth it.
  transport.batches(nodes(most), raw('true'));
  await Promise.all(loaded);
  return { transport, workers, nodes, servedHere: () => servedHere };
}

describe('SSH in threads', () => {
  it('serves each target once, by all threads', async () => {
    const server = await serve(shell());
    const { transport, nodes, servedHere } = await threaded(server);
    const outcomes = await runAll(transport, nodes(60), raw('true'));
    expect(outcomes.map((o) => o.target)).toEqual(nodes(60).map((n) => n.name));
    expect(outcomes.every((o) => o.state === 'ok' && o.stdout === 'fine\n')).toBe(true);
    expect(server.connections()).toBe(60);
    expect(servedHere()).toBe(0);
  });

  it('opens a locked key with the passphrase that it is given', async () => {
    const locked = join(dir, 'locked');
    newKeyFile(locked, '-N', 'sesame');
    const server = await serve(shell());
    const { transport, nodes, servedHere } = await threaded(server, 1, {
      passphrases: new Map([[locked, 'sesame']]),
    });
    const [node] = nodes(1);
    const outcome = await runOne(
      transport,
      { ...node!, ssh: { ...node!.ssh, identity: locked } },
      raw('true'),
    );
    expect(outcome).toMatchObject({ state: 'ok' });
    expect(servedHere()).toBe(0);
  });

  it('sends nothing before the engine gives the turn, and nothing where it does not', async () => {
    const texts: string[] = [];
    const server = await serve(shell(undefined, texts));
    const { transport, nodes } = await threaded(server, 1);
    const asked: string[] = [];
    const turn = async (name: string) => {
      asked.push(name);
      await sleep(100);
      expect(texts).toEqual([]);
      return false;
    };
    expect(await runOne(transport, nodes(1)[0]!, raw('true'), { turn })).toMatchObject({
      state: 'not-attempted',
    });
    expect(asked).toEqual(['n0']);
    expect(texts).toEqual([]);
  });

  it('stops waiting when the operator does', async () => {
    const server = await serve(shell(() => new Promise(() => {})));
    const { transport, nodes } = await threaded(server, 1);
    const stop = new AbortController();
    const onEvent = ({ phase }: { phase: string }) => {
      if (phase === 'launched') setTimeout(() => stop.abort(), 50);
    };
    const outcome = await runOne(transport, nodes(1)[0]!, raw('true'), { signal: stop.signal, onEvent });
    expect(outcome).toMatchObject({ state: 'unknown' });
  });

  it('is unknown for what had its turn where a thread dies, and nothing runs twice', async () => {
    const began: string[] = [];
    let die = () => {};
    const half = new Promise<void>((resolve) => {
      die = resolve;
    });
    const server = await serve(
      shell(async (nth) => {
        if (nth === 10) die();
        // Those of the first moment hang until the connection is gone.
        if (nth <= 10) await new Promise(() => {});
      }, began),
    );
    const { transport, workers, nodes, servedHere } = await threaded(server, 2);
    const turn = async (name: string) => {
      // Five of each thread have their turn; the others wait until one of the threads is dead.
      if (Number(name.slice(1)) >= 10) await gone;
      return true;
    };
    const gone = half.then(() => workers[0]!.terminate()).then(() => sleep(50));
    const stop = new AbortController();
    void gone.then(() => sleep(3000)).then(() => stop.abort());
    const outcomes = await runAll(transport, nodes(40), raw('true'), { turn, signal: stop.signal });
    const by = (state: string) => outcomes.filter((o) => o.state === state);
    expect(by('ok').length).toBe(30);
    const lost = by('unknown').filter((o) => /the thread that served it ended/.test(o.reason!.message));
    expect(lost.length).toBe(5);
    expect(by('unknown').length).toBe(10);
    // Each of the forty began once.
    expect(began.length).toBe(40);
    expect(servedHere()).toBe(0);
  });

  it('goes on in the engine’s own thread where none is left', async () => {
    const server = await serve(shell());
    const { transport, workers, nodes, servedHere } = await threaded(server, 2);
    await Promise.all(workers.map((worker) => worker.terminate()));
    const outcomes = await runAll(transport, nodes(10), raw('true'));
    expect(outcomes.every((o) => o.state === 'ok')).toBe(true);
    expect(servedHere()).toBe(10);
  });

  it('are done without where the system starts none', async () => {
    const server = await serve(shell());
    const { transport: first, nodes } = await threaded(server, 0);
    let asked = 0;
    const start = () => {
      asked++;
      throw new Error('Worker initialization failure: EAGAIN');
    };
    const count = { running: 0 };
    const transport = withThreads(first, { most: 2, targetsEach: 1, count, start });
    const outcomes = await runAll(transport, nodes(5), raw('true'));
    expect(outcomes.every((o) => o.state === 'ok')).toBe(true);
    transport.batches(nodes(5), raw('true'));
    expect([asked, count.running]).toEqual([1, 0]);
  });

  it('are no more than the cores for clusters side by side, and each may have one', async () => {
    const server = await serve(shell());
    const here = await createSshTransport({ kit: { knownHosts: [] } });
    const count = { running: 0 };
    const started: number[] = [];
    const cluster = (nth: number) => {
      const options = { kit: { knownHosts: [] } };
      const start = () => {
        started.push(nth);
        return startThread({ file }, { options, traced: false });
      };
      const transport = withThreads(here, { most: 2, targetsEach: 10, count, start });
      open.push(transport);
      transport.batches(
        Array.from({ length: 100 }, () => target({ port: server.port })),
        raw('true'),
      );
      return transport;
    };
    const [first] = [cluster(1), cluster(2), cluster(3)];
    expect(started).toEqual([1, 1, 2, 3]);
    await first.close();
    expect(count.running).toBe(2);
  });

  it('is given secrets in memory, and neither arguments nor an environment', async () => {
    const shows = join(dir, 'shows.mjs');
    writeFileSync(
      shows,
      `import { parentPort, workerData } from 'node:worker_threads';
       const { argv, execArgv, env } = process;
       parentPort.postMessage({ shown: JSON.stringify({ argv, execArgv, env }), data: workerData });`,
    );
    const options = {
      kit: { knownHosts: [] },
      sudoPassword: 'k4n4ry',
      passphrases: new Map([['a', 'k4n4ry']]),
    };
    const worker = startThread({ file: shows }, { options, traced: false });
    open.push({ close: () => worker.terminate() });
    const { shown, data } = await new Promise<{ shown: string; data: unknown }>((resolve) =>
      worker.once('message', resolve),
    );
    expect(data).toEqual({ options, traced: false });
    expect(shown).not.toContain('k4n4ry');
    expect(shown).toContain('"env":{}');
  });

  it('starts from a text where Fireaxe is one file', async () => {
    const options = { kit: { knownHosts: [] } };
    const worker = startThread({ text: await threadText() }, { options, traced: false });
    open.push({ close: () => worker.terminate() });
    expect(await new Promise((resolve) => worker.once('message', resolve))).toEqual({ kind: 'ready' });
  });
});
