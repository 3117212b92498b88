// Light SSH servers for many addresses: one process, no sshd and no shell behind them.
// Answers every script with its first and its result line. Usage: stub-farm.mjs HOSTKEYFILE PORT
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import ssh2 from 'ssh2';

const [hostKeyFile, port] = process.argv.slice(2);
const hostKeys = [readFileSync(hostKeyFile)];

const server = new ssh2.Server({ hostKeys }, (client) => {
  client.on('error', () => undefined);
  client.on('authentication', (context) => context.accept());
  client.on('session', (accept) => {
    accept().on('exec', (acceptExec) => {
      const channel = acceptExec();
      let text = '';
      channel.on('data', (chunk) => {
        text += chunk;
      });
      channel.on('end', () => {
        const nonce = text.match(/fireaxe:(\w+):began/)?.[1];
        channel.write(`fireaxe:${nonce}:began\n`);
        channel.write(`\n{"fireaxe":1,"nonce":"${nonce}","op":"apply","state":"changed","exit":0}\n`);
        channel.exit(0);
        channel.end();
      });
    });
  });
});
createServer({ noDelay: true }, (socket) => server.injectSocket(socket)).listen({
  port: Number(port),
  host: '0.0.0.0',
  backlog: 4096,
});
process.on('disconnect', () => process.exit());
