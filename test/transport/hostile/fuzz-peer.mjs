// A thousand SSH servers on one port, each with a behaviour of its own: the address that is dialled names which.
// usage: node fuzz-peer.mjs SEED; prints `PORT HOSTKEY` when it listens.
import { createServer } from 'node:net';
import ssh2 from 'ssh2';
import { kindOf } from './fuzz-kinds.mjs';

/** Which server is dialled. */
const indexOf = (address) => {
  const [, , high, low] = address.replace('::ffff:', '').split('.').map(Number);
  return ((high - 1) << 7) + (low - 1);
};

const seed = Number(process.argv[2]);
serve();

/** mulberry32 */
function random(of) {
  let state = of >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function bytes(next, length) {
  return Buffer.from(Array.from({ length }, () => next(256)));
}

/** Changes what the server sends from its `at`-th byte on. */
function tamper(socket, at, change) {
  const write = socket.write.bind(socket);
  let sent = 0;
  let over = false;
  socket.write = (data, ...rest) => {
    if (over) return true;
    const chunk = Buffer.from(data);
    const here = at - sent;
    sent += chunk.length;
    if (here < 0 || here >= chunk.length) return write(chunk, ...rest);
    over = change(chunk, here, write) === 'over';
    return true;
  };
}

const TAMPERED = {
  'in-pieces': (socket) => {
    const write = socket.write.bind(socket);
    let left = 40;
    socket.write = (data, ...rest) => {
      let chunk = Buffer.from(data);
      for (; left > 0 && chunk.length > 1; left--, chunk = chunk.subarray(1)) write(chunk.subarray(0, 1));
      return write(chunk, ...rest);
    };
  },
  greeted: (socket, next) => {
    for (let n = next(20); n >= 0; n--) socket.write(`welcome ${'.'.repeat(next(200))}\r\n`);
  },
  'cut-end': (socket, next) => cut(socket, next, () => socket.end()),
  'cut-destroy': (socket, next) => cut(socket, next, () => socket.destroy()),
  'cut-hang': (socket, next) => cut(socket, next, () => undefined),
  'half-close': (socket, next) =>
    tamper(socket, next(2200), (chunk, _here, write) => {
      write(chunk);
      socket.end();
      return 'over';
    }),
  flip: (socket, next) =>
    tamper(socket, next(2200), (chunk, here, write) => {
      chunk[here] ^= 1 << next(8);
      write(chunk);
    }),
};

function cut(socket, next, then) {
  tamper(socket, next(2200), (chunk, here, write) => {
    write(chunk.subarray(0, here));
    then();
    return 'over';
  });
}

/** No SSH at all. */
const RAW = {
  garbage(socket, next) {
    socket.write(bytes(next, next(5000)));
    [() => socket.end(), () => socket.destroy(), () => undefined][next(3)]();
  },
  'text-flood': (socket, next) => flood(socket, Buffer.from(`${'y'.repeat(next(300))}\n`.repeat(300))),
  packets(socket, next) {
    socket.write('SSH-2.0-x\r\n');
    for (let n = next(30); n >= 0; n--) {
      const length = 12 + 8 * next(40);
      const head = Buffer.alloc(5);
      head.writeUInt32BE(length, 0);
      head[4] = next(12);
      socket.write(Buffer.concat([head, bytes(next, length - 1)]));
    }
    if (next(2)) socket.end();
  },
};

function flood(socket, chunk) {
  const timer = setInterval(() => socket.writableLength < 1 << 20 && socket.write(chunk), 1);
  socket.on('close', () => clearInterval(timer));
}

function serve() {
  const keys = ssh2.utils.generateKeyPairSync('ed25519');
  const server = new ssh2.Server({ hostKeys: [keys.private] }, (client) => {
    const index = indexOf(client._sock.localAddress);
    client.on('error', () => undefined);
    attend(client, index, random(seed + index));
  });
  const tcp = createServer({ noDelay: true }, (socket) => {
    const index = indexOf(socket.localAddress);
    const kind = kindOf(index);
    const next = random(seed * 31 + index);
    socket.on('error', () => undefined);
    if (RAW[kind]) return RAW[kind](socket, next);
    TAMPERED[kind]?.(socket, next);
    server.injectSocket(socket);
  });
  process.on('uncaughtException', (error) => process.stderr.write(`peer: ${error.message}\n`));
  tcp.listen({ port: 0, host: '0.0.0.0', backlog: 2048 }, () => {
    process.stdout.write(`${tcp.address().port} ${keys.public.split(' ').slice(0, 2).join(' ')}\n`);
  });
  process.stdin.on('end', () => process.exit()).resume();
}

function attend(client, index, next) {
  const kind = kindOf(index);
  client.on('authentication', (context) => {
    if (kind === 'refused') context.reject(['password'], next(2) === 1);
    else context.accept();
  });
  client.on('ready', () => kind === 'gone-before-the-session' && client.end());
  client.on('session', (accept) => {
    accept().on('exec', (acceptExec, reject) => {
      if (kind === 'no-session') return reject();
      const channel = acceptExec();
      let text = '';
      channel
        .on('error', () => undefined)
        .on('data', (chunk) => {
          text += chunk;
          const nonce = /fireaxe:(\w+):began/.exec(text)?.[1];
          if (nonce === undefined) return;
          text = '';
          answer(channel, { kind, index, nonce, next, client });
        });
    });
  });
}

/** What a session says; each names itself in the note, so that no outcome can be told for another. */
function answer(channel, { kind, index, nonce, next, client }) {
  const began = `fireaxe:${nonce}:began\n`;
  const result = (of = {}) =>
    `\n${JSON.stringify({ fireaxe: 1, nonce, op: 'apply', state: 'changed', note: `server ${index}`, ...of })}\n`;
  const say = (text, code = 0) => {
    channel.write(text);
    if (code !== undefined) channel.exit(code);
    channel.end();
  };
  switch (kind) {
    case 'other-nonce':
      return say(began + result({ nonce: `0${next(1e9)}`, note: `server ${index + 1}` }));
    case 'mutated': {
      const line = Buffer.from(result());
      line[1 + next(line.length - 2)] ^= 1 << next(7);
      return say(Buffer.concat([Buffer.from(began), line]));
    }
    case 'repeated':
      return say(began + result({ state: 'failed' }) + result({ state: { toString: 1 } }));
    case 'no-begin':
      return say('this account is for backups only\n', next(4));
    case 'exit-only':
      return say(began, next(256));
    case 'close-only':
      return channel.close();
    case 'eof-only':
      return channel.eof();
    case 'signal':
      channel.write(began);
      channel.exit('KILL', false, 'x'.repeat(next(3000)));
      return channel.end();
    case 'mute':
      return channel.write(began);
    case 'stdout-flood':
      return void floodChannel(channel, client, Buffer.alloc(30_000, 'y'));
    case 'stderr-flood':
      return void floodChannel(channel.stderr, client, Buffer.alloc(30_000, 'y'));
    default:
      return say(began + result());
  }
}

function floodChannel(stream, client, chunk) {
  let left = 60;
  const go = () => {
    if (left-- === 0 || client._sock.destroyed) return;
    if (stream.write(chunk)) setImmediate(go);
    else stream.once('drain', go);
  };
  go();
}
