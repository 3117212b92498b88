// A TCP proxy that delivers everything so much later, each way. usage: latency-proxy.mjs PORT TO-PORT MS
import { connect, createServer } from 'node:net';

const [port, to, ms] = process.argv.slice(2).map(Number);

function pass(from, into) {
  from.on('data', (chunk) => setTimeout(() => into.writable && into.write(chunk), ms));
  from.on('end', () => setTimeout(() => into.end(), ms));
  from.on('error', () => into.destroy());
}

createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  const far = connect({ port: to, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  pass(socket, far);
  pass(far, socket);
}).listen({ port, host: '0.0.0.0', backlog: 4096 });
process.on('disconnect', () => process.exit());
