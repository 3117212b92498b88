// Passes connections on to an API server as one that is overloaded: of ten connections one gets an answer; three bring the
// request to the server and lose the answer; six are reset. Notes in a file how many of each there were.
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const [listen, address, port, notes] = process.argv.slice(2);
const counts = { answered: 0, lost: 0, reset: 0 };
let connections = 0;

const fateOf = (n) => (n % 10 === 0 ? 'answered' : n % 3 === 0 ? 'lost' : 'reset');

createServer((client) => {
  connections += 1;
  const fate = fateOf(connections);
  counts[fate] += 1;
  writeFileSync(notes, JSON.stringify(counts));
  client.on('error', () => {});
  if (fate === 'reset') return client.resetAndDestroy();
  pass(client, fate === 'lost');
}).listen(Number(listen), '127.0.0.1');

/** One request: the connection ends once the server has nothing more to say. */
function pass(client, losesAnswer) {
  const server = connect(Number(port), address);
  let greeted = false;
  let asked = false;
  let end;
  const close = () => {
    client.destroy();
    server.destroy();
  };
  const closeSoon = (ms) => {
    clearTimeout(end);
    end = setTimeout(close, ms);
  };
  client.on('data', (bytes) => {
    server.write(bytes);
    // What the client sends after the server's greeting ends the handshake and has the request.
    asked = greeted;
    if (asked && losesAnswer) closeSoon(1_000);
  });
  server.on('data', (bytes) => {
    greeted = true;
    if (asked && losesAnswer) return;
    client.write(bytes);
    if (asked) closeSoon(400);
  });
  for (const socket of [client, server]) socket.on('error', close).on('close', close);
}
