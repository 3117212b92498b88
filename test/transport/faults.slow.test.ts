import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createKeyPair } from '../../src/drill/node/key-pair.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import type { Outcome, Transport } from '../../src/transport/types.ts';
import type { Faulty } from './faulty.ts';
import { faulty, sshStub } from './faulty.ts';
import type { Asked } from './subjects.ts';
import { raw, runAll, runOne, target, told } from './subjects.ts';

const { sendPacket } = createRequire(import.meta.url)('ssh2/lib/protocol/utils.js');

const dir = mkdtempSync(join(tmpdir(), 'fx-faults-'));
const key = createKeyPair();
const identity = join(dir, 'id');
const open: { close(): void }[] = [];
let transports = 0;

beforeAll(() => writeFileSync(identity, key.private, { mode: 0o600 }));
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});
afterAll(() => rmSync(dir, { recursive: true }));

async function ssh(hostKey = ''): Promise<Transport> {
  const file = join(dir, `known_hosts-${transports++}`);
  writeFileSync(file, hostKey ? `[127.0.0.*]:* ${hostKey}\n` : '');
  const transport = await createSshTransport({ kit: { knownHosts: [file] } });
  open.push({ close: () => void transport.close() });
  return transport;
}

/** Long enough for what comes before the hang. */
const SOON = { connectMs: 5000 };
const to = (port: number, name = 'n1') => target({ name, port, ssh: { user: 'u', identity } });

async function serve<T extends Faulty>(server: Promise<T>): Promise<T> {
  const one = await server;
  open.push(one);
  return one;
}

async function against(server: Faulty & { hostKey?: string }, asked: Asked = {}, script = raw('true')) {
  return runOne(await ssh(server.hostKey), to(server.port), script, asked);
}

/** SSH_MSG_DEBUG of 30 kB, which ssh2 itself never sends. */
function debugText(client: Connection): void {
  const { _protocol: protocol } = client as unknown as { _protocol: { _packetRW: { write: PacketWriter } } };
  const { write } = protocol._packetRW;
  const payload = Buffer.concat([
    Buffer.from([4, 1, 0, 0, 0x75, 0x30]),
    Buffer.alloc(30_000, 'x'),
    Buffer.alloc(4),
  ]);
  const at = write.allocStart;
  const packet = write.alloc(payload.length);
  packet.set(payload, at);
  sendPacket(protocol, write.finalize(packet));
}

interface PacketWriter {
  allocStart: number;
  alloc(bytes: number): Buffer;
  finalize(packet: Buffer): Buffer;
}

describe('before the command has left', () => {
  const unreachable = (code: string, message?: RegExp) => (outcome: Outcome) => {
    expect(outcome).toMatchObject({ state: 'unreachable', reason: { code } });
    if (message) expect(outcome.reason?.message).toMatch(message);
  };

  it('refused', async () => {
    const server = await faulty(() => undefined);
    server.close();
    unreachable('refused')(await against(server));
  });

  it('silence, one byte now and then, a hang in the key exchange or in the login', async () => {
    const dribble = (socket: Socket) => {
      const timer = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(timer));
    };
    const hung: [Promise<Faulty>, RegExp][] = [
      [faulty(() => undefined), /no SSH banner/],
      [faulty(dribble), /no SSH banner/],
      [faulty((socket) => socket.write('SSH-2.0-Hang\r\n')), /key exchange/],
      [sshStub(() => undefined, { auth: () => undefined }), /login/],
    ];
    // Side by side: each takes its whole time.
    const outcomes = await Promise.all(hung.map(async ([server]) => against(await serve(server), SOON)));
    for (const [i, [, stage]] of hung.entries()) unreachable('connect-timeout', stage)(outcomes[i]!);
  });

  it('garbage instead of SSH', async () => {
    const server = await serve(faulty((socket) => socket.end(`${'y'.repeat(9000)}\n`.repeat(50))));
    const outcome = await against(server);
    expect(outcome.state).toBe('unreachable');
  });

  it('text without end before the banner, in the login and before the session', async () => {
    const forever = (socket: Socket) => {
      const timer = setInterval(() => socket.write('welcome, please wait\r\n'.repeat(3000)), 1);
      socket.on('close', () => clearInterval(timer));
    };
    const before = await serve(faulty(forever));
    unreachable('key-exchange', /text without end/)(await against(before));
    const ignore = Buffer.from([0, 0, 3, 244, 7, 2, ...Buffer.alloc(1010)]);
    const packets = (socket: Socket) => {
      socket.write('SSH-2.0-x\r\n');
      const timer = setInterval(() => socket.write(Buffer.concat(Array(50).fill(ignore))), 1);
      socket.on('close', () => clearInterval(timer));
    };
    const inside = await serve(faulty(packets));
    unreachable('flood', /without end before the login ended/)(await against(inside));
  });

  it('text without end after the login, also where the connection is to stay for further readings', async () => {
    const endless = sshStub(() => undefined, {
      attend: (client) =>
        client.on('ready', () => {
          // The session that is asked for is never told.
          client.removeAllListeners('session').on('session', () => undefined);
          const timer = setInterval(() => debugText(client), 1);
          client.on('close', () => clearInterval(timer));
        }),
    });
    const server = await serve(endless);
    for (const transport of [await ssh(server.hostKey), (await ssh(server.hostKey)).standing!()]) {
      const outcome = await runOne(transport, to(server.port), raw('true'), SOON);
      unreachable('flood', /without end after the login/)(outcome);
    }
  });

  it('a session that is refused', async () => {
    const server = await serve(sshStub(() => undefined, { refuseExec: true }));
    unreachable('session')(await against(server));
  });

  it('hung up as by MaxStartups: another try, and no more than a few', async () => {
    const server = await serve(faulty((socket) => socket.end('Exceeded MaxStartups\r\n')));
    unreachable('dropped', /hung up/)(await against(server));
    expect(server.connections()).toBe(5);
  });

  it('a name, an option or a bad login instead of an address', async () => {
    const transport = await ssh();
    for (const address of ['-oProxyCommand=x', 'node.example', '127.0.0.1;x', '']) {
      const outcome = await runOne(transport, { ...to(22), address }, raw('true'));
      unreachable('bad-address')(outcome);
    }
    const odd = target({ ssh: { user: '-lroot', identity } });
    unreachable('bad-address')(await runOne(transport, odd, raw('true')));
  });

  it('never a byte of credential or command to an unknown key', async () => {
    let authenticated = 0;
    const server = await serve(sshStub(() => undefined, { auth: () => authenticated++ }));
    const outcome = await runOne(await ssh(), to(server.port), raw('true'));
    unreachable('host-key-unknown', /SHA256:/)(outcome);
    expect(authenticated).toBe(0);
  });
});

describe('after the command has left', () => {
  it('a reset is unknown', async () => {
    const server = await serve(
      sshStub((channel, client) => {
        channel.write('half');
        channel.once('data', () => setTimeout(() => client.end(), 20));
      }),
    );
    expect(await against(server)).toMatchObject({
      state: 'unknown',
      stdout: 'half',
      reason: { code: 'connection-lost' },
    });
  });

  it('a close without an exit status is unknown, unless the result line was heard', async () => {
    const close = await serve(sshStub((channel) => channel.once('data', () => channel.close())));
    expect(await against(close)).toMatchObject({ state: 'unknown' });
    const word = '{"fireaxe":1,"nonce":"n0nce","op":"apply","state":"changed"}\n';
    const late = await serve(
      sshStub((channel) =>
        channel.once('data', () => {
          channel.write(word);
          channel.end();
          channel.close();
        }),
      ),
    );
    expect(await against(late, {}, told('true'))).toMatchObject({
      state: 'ok',
      exitCode: 0,
      result: { state: 'changed' },
    });
  });

  it('a hang is timed-out', async () => {
    const began = 'fireaxe:n0nce:began\n';
    // Printed before the script arrived, it does not count as its beginning.
    const server = await serve(sshStub((channel) => channel.once('data', () => channel.write(began))));
    expect(await against(server, { runMs: 300 })).toMatchObject({
      state: 'timed-out',
      reason: { phase: 'script' },
    });
  });

  it('a login shell that never begins the script is told as that', async () => {
    const server = await serve(sshStub((channel) => void channel.resume()));
    expect(await against(server, { loginMs: 300 })).toMatchObject({
      state: 'timed-out',
      reason: { phase: 'shell', message: 'the login shell did not begin the script within 300ms' },
    });
  });

  it('a command that was bound to something else did not run ours', async () => {
    const server = await serve(
      sshStub((channel) => {
        channel.write('this account is for backups only\n');
        channel.exit(0);
        channel.end();
      }),
    );
    expect(await against(server)).toMatchObject({ state: 'unreachable', reason: { code: 'not-begun' } });
  });

  it('sudo that refuses says so', async () => {
    let command = '';
    const server = await serve(
      sshStub((channel, _client, line) => {
        command = line;
        channel.stderr.write('sudo: a password is required\n');
        channel.exit(1);
        channel.end();
      }),
    );
    const node = target({ port: server.port, ssh: { user: 'u', identity, sudo: true } });
    const outcome = await runOne(await ssh(server.hostKey), node, raw('true'));
    expect(outcome).toMatchObject({ state: 'unreachable', reason: { code: 'sudo' } });
    expect(command).toMatch(/^exec sudo -n \/bin\/sh -c /);
  });

  it('an invalid result line ends its own node and affects no other', async () => {
    const saying = (members: string) =>
      serve(
        sshStub((channel) =>
          channel.once('data', () => {
            channel.write(`fireaxe:n0nce:began\n\n{"fireaxe":1,"nonce":"n0nce","op":"apply",${members}}\n`);
            channel.exit(0);
            channel.end();
          }),
        ),
      );
    const hostile = await saying('"state":{"toString":1},"exit":0');
    const other = await saying('"state":"changed","note":1');
    const good = await saying('"state":"changed"');
    const reached = await Promise.all(
      [hostile, other, good].map((server) => against(server, {}, told('true'))),
    );
    expect(reached.map(({ state, reason }) => reason?.code ?? state)).toEqual([
      'invalid-result',
      'invalid-result',
      'ok',
    ]);
    expect(reached[0]?.state).toBe('unknown');
  });

  it('an error while its events are handled ends that target alone', async () => {
    const word = 'fireaxe:n0nce:began\n\n{"fireaxe":1,"nonce":"n0nce","op":"apply","state":"changed"}\n';
    const server = await serve(
      sshStub((channel) =>
        channel.once('data', () => {
          channel.write(word);
          channel.exit(0);
          channel.end();
        }),
      ),
    );
    const broken = (phase: 'connecting' | 'launched') => ({
      onEvent: (event: { phase: string }) => {
        if (event.phase === phase) throw new Error('an internal fault');
      },
    });
    const at = async (phase: 'connecting' | 'launched') => against(server, broken(phase), told('true'));
    expect(await at('connecting')).toMatchObject({ state: 'unreachable', reason: { code: 'internal' } });
    expect(await at('launched')).toMatchObject({ state: 'unknown', reason: { code: 'internal' } });
  });

  it('NUL and broken UTF-8 are kept as far as text can', async () => {
    const server = await serve(
      sshStub((channel) =>
        channel.once('data', () => {
          channel.write(
            Buffer.concat([Buffer.from('fireaxe:n0nce:began\n'), Buffer.from([0x61, 0, 0xff, 0xc3])]),
          );
          channel.exit(0);
          channel.end();
        }),
      ),
    );
    expect(await against(server)).toMatchObject({ state: 'ok', stdout: 'a\0\ufffd\ufffd' });
  });
});

it('accepts a greeting before the banner, and a banner in many pieces', async () => {
  const good = await serve(
    sshStub((channel) =>
      channel.once('data', () => {
        channel.write('fireaxe:n0nce:began\nfine\n');
        channel.exit(0);
        channel.end();
      }),
    ),
  );
  const inPieces = await serve(
    faulty((socket) => {
      const onward = connect(good.port, '127.0.0.1');
      let pieces = 30;
      socket.pipe(onward);
      socket.write('welcome to this machine\r\n');
      onward.on('data', async (chunk: Buffer) => {
        onward.pause();
        for (; pieces > 0 && chunk.length > 0; pieces--, chunk = chunk.subarray(1)) {
          socket.write(chunk.subarray(0, 1));
          await sleep(2);
        }
        socket.write(chunk);
        onward.resume();
      });
      socket.on('close', () => onward.destroy());
      onward.on('error', () => undefined);
    }),
  );
  const outcome = await against({ ...inPieces, hostKey: good.hostKey });
  expect(outcome).toMatchObject({ state: 'ok', stdout: 'fine\n' });
});

it('one failing node does not delay the others, and each has exactly one outcome', async () => {
  const good = await serve(
    sshStub((channel) =>
      channel.once('data', () => {
        channel.write('fireaxe:n0nce:began\nfine\n');
        channel.exit(0);
        channel.end();
      }),
    ),
  );
  const hung = await serve(faulty((socket) => socket.write('SSH-2.0-Hang\r\n')));
  const nodes = Array.from({ length: 80 }, (_, i) => to(i % 2 ? hung.port : good.port, `n${i}`));
  const transport = await ssh(good.hostKey);
  const stopWaiting = new AbortController();
  let ended = 0;
  const all = nodes.map(async (node, i) => {
    const patient = { connectMs: 600_000, ...(i % 2 && { signal: stopWaiting.signal }) };
    const outcome = await runOne(transport, node, raw('true'), patient);
    ended++;
    return outcome;
  });
  const ok = await Promise.all(all.filter((_, i) => i % 2 === 0));
  expect(ok.map((outcome) => outcome.state)).toEqual(Array(40).fill('ok'));
  // Nobody waited for those that hang: they do so still.
  expect(ended).toBe(40);
  stopWaiting.abort();
  const outcomes = await Promise.all(all);
  expect(outcomes.map((outcome) => outcome.target)).toEqual(nodes.map((node) => node.name));
  for (const [i, outcome] of outcomes.entries()) expect(outcome.state).toBe(i % 2 ? 'not-attempted' : 'ok');
  expect(await runAll(transport, [], raw('true'))).toEqual([]);
});
