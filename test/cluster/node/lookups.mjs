// Asks a DNS server COUNT times for names, as `NAME=ADDRESS` words, without a cache and without asking twice; prints what came.
import { createSocket } from 'node:dgram';

const [server, count, ...names] = process.argv.slice(2);
const CODES = { 0: 'NOERROR', 2: 'SERVFAIL', 3: 'NXDOMAIN' };
const seen = {};
const waiting = new Map();
const socket = createSocket('udp4').on('message', (answer) => waiting.get(answer.readUInt16BE(0))?.(answer));

function ask(id) {
  const [name, address] = names[id % names.length].split('=');
  const labels = [...name.split('.'), ''].map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  const head = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return new Promise((done) => {
    const end = (what) => {
      clearTimeout(timer);
      waiting.delete(id);
      seen[what] = (seen[what] ?? 0) + 1;
      done();
    };
    const timer = setTimeout(() => end('no answer'), 3_000);
    waiting.set(id, (answer) => {
      const code = CODES[answer[3] & 15] ?? 'other';
      end(code !== 'NOERROR' ? code : [...answer.subarray(-4)].join('.') === address ? 'right' : 'wrong');
    });
    socket.send(Buffer.concat([head, ...labels, Buffer.from([0, 1, 0, 1])]), 53, server);
  });
}

let next = 0;
await Promise.all(
  Array.from({ length: 20 }, async () => {
    while (next < Number(count)) await ask(next++);
  }),
);
socket.close();
console.log(JSON.stringify(seen));
