// One SSH server that misbehaves as named. Runs by itself, so that its own memory is not the client's.
// usage: node peer.mjs BEHAVIOUR; prints `PORT HOSTKEY` when it listens.

import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import ssh2 from 'ssh2';

const { sendPacket } = createRequire(import.meta.url)('ssh2/lib/protocol/utils.js');
const [, , behaviour] = process.argv;
const CHUNK = 64 * 1024;

/** Calls `more` for ever, as fast as the far end takes it; a far end that hangs up ends it. */
function flood(socket, more) {
  const go = () => {
    while (!socket.destroyed && socket.writableLength < 4 * CHUNK) more();
    if (!socket.destroyed) setImmediate(go);
  };
  go();
}

/** A packet as it goes before keys are agreed upon. */
function plain(payload) {
  const padding = 8 - ((payload.length + 5) % 8) + 8;
  const packet = Buffer.alloc(4 + 1 + payload.length + padding);
  packet.writeUInt32BE(1 + payload.length + padding, 0);
  packet[4] = padding;
  payload.copy(packet, 5);
  return packet;
}

const text = (value) => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const uint32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const message = (type, ...parts) => Buffer.concat([Buffer.from([type]), ...parts]);

const IGNORE = message(2, text('x'.repeat(1000)));
const DEBUG = message(4, Buffer.from([1]), text('x'.repeat(1000)), text(''));
const BANNER = message(53, text('x'.repeat(30_000)), text(''));
const GLOBAL = message(80, text('keepalive@openssh.com'), Buffer.from([1]));
const KEXINIT_LIKE = message(20, Buffer.alloc(16));

/** Before any SSH. */
const TCP = {
  'text-without-a-line': (socket) => flood(socket, () => socket.write(Buffer.alloc(CHUNK, 'y'))),
  'text-lines': (socket) =>
    flood(socket, () => socket.write('welcome to this machine, please wait\r\n'.repeat(1500))),
  'slow-lines': (socket) => {
    const timer = setInterval(() => socket.write('one moment please\r\n'), 1);
    socket.on('close', () => clearInterval(timer));
  },
  'text-after-the-identification': (socket) => {
    socket.write('SSH-2.0-x\r\n');
    flood(socket, () => socket.write(Buffer.alloc(CHUNK, 'y')));
  },
  'ignore-before-keys': (socket) => before(socket, IGNORE),
  'debug-before-keys': (socket) => before(socket, DEBUG),
  'kexinit-before-keys': (socket) => before(socket, KEXINIT_LIKE),
  'a-packet-without-end': (socket) => {
    socket.write('SSH-2.0-x\r\n');
    socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff, 8]));
    flood(socket, () => socket.write(Buffer.alloc(CHUNK, 0)));
  },
};

function before(socket, payload) {
  socket.write('SSH-2.0-x\r\n');
  const many = Buffer.concat(Array(Math.ceil(CHUNK / payload.length)).fill(plain(payload)));
  flood(socket, () => socket.write(many));
}

/** After the key exchange: `send` writes any message. */
const IN_LOGIN = {
  'ignore-in-the-login': ({ send }) => send(IGNORE),
  'banners-in-the-login': ({ send }) => send(BANNER),
  'global-requests-in-the-login': ({ send }) => send(GLOBAL),
  'pk-ok-in-the-login': ({ send, context }) =>
    context.key && send(message(60, text(context.key.algo), text(context.key.data))),
};

/** After the login, while a session is asked for; the deaf ones read nothing meanwhile. */
const BEFORE_SESSION = {
  'debug-before-the-session': ({ send }) => send(DEBUG),
  'global-requests-before-the-session': ({ send }) => send(GLOBAL),
  'deaf-global-requests-before-the-session': ({ send }) => send(GLOBAL),
};

/** In the session of the command. */
const IN_SESSION = {
  stdout: ({ send, id }) => send(message(94, uint32(id), text('y'.repeat(30_000)))),
  stderr: ({ send, id }) => send(message(95, uint32(id), uint32(1), text('y'.repeat(30_000)))),
  'small-stdout': ({ send, id }) => send(message(94, uint32(id), text('y'))),
  'unknown-extended-data': ({ send, id }) =>
    send(message(95, uint32(id), uint32(7), text('y'.repeat(30_000)))),
  'data-of-no-channel': ({ send }) => send(message(94, uint32(4711), text('y'.repeat(30_000)))),
  'window-adjust': ({ send, id }) => send(message(93, uint32(id), uint32(1 << 30))),
  'global-requests': ({ send }) => send(GLOBAL),
  'deaf-global-requests': ({ send }) => send(GLOBAL),
  'deaf-channel-requests': ({ send, id }) => send(message(98, uint32(id), text('x@y'), Buffer.from([1]))),
  'deaf-channel-opens': ({ send }) =>
    send(message(90, text('x11'), uint32(1), uint32(1000), uint32(1000), text('127.0.0.1'), uint32(1))),
  'deaf-debug': ({ send }) => send(DEBUG),
  deaf: () => undefined,
  'global-requests-in-a-new-key-exchange': ({ send }) => send(GLOBAL),
};

export const BEHAVIOURS = [TCP, IN_LOGIN, BEFORE_SESSION, IN_SESSION].flatMap((of) => Object.keys(of));

if (behaviour !== undefined) serve();

function serve() {
  const keys = ssh2.utils.generateKeyPairSync('ed25519');
  const server = new ssh2.Server({ hostKeys: [keys.private] }, (client) => attend(client));
  const tcp = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    if (TCP[behaviour]) TCP[behaviour](socket);
    else server.injectSocket(socket);
  });
  tcp.listen(0, '0.0.0.0', () => {
    const hostKey = keys.public.split(' ').slice(0, 2).join(' ');
    process.stdout.write(`${tcp.address().port} ${hostKey}\n`);
  });
  process.stdin.on('end', () => process.exit()).resume();
}

function attend(client) {
  const { _protocol: protocol, _sock: socket } = client;
  client.on('error', () => undefined);
  const send = (payload) => {
    const at = protocol._packetRW.write.allocStart;
    const packet = protocol._packetRW.write.alloc(payload.length);
    packet.set(payload, at);
    sendPacket(protocol, protocol._packetRW.write.finalize(packet));
  };
  const run = (of, more) => {
    if (behaviour.startsWith('deaf')) socket.pause();
    flood(socket, () => of[behaviour]({ send, ...more }));
  };
  client.on('authentication', (context) => {
    if (IN_LOGIN[behaviour]) run(IN_LOGIN, { context });
    else context.accept();
  });
  client.on('ready', () => {
    if (BEFORE_SESSION[behaviour]) run(BEFORE_SESSION, {});
  });
  client.on('session', (accept) => {
    if (BEFORE_SESSION[behaviour]) return;
    accept().on('exec', (acceptExec) => {
      const channel = acceptExec();
      channel.on('data', () => undefined).on('error', () => undefined);
      if (behaviour === 'deaf') socket.pause();
      else if (behaviour.endsWith('key-exchange')) {
        protocol.rekey();
        protocol._queue = undefined;
        protocol._kexinit = undefined;
        run(IN_SESSION, {});
      } else run(IN_SESSION, { id: channel.outgoing.id });
    });
  });
}
