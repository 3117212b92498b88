// What the handshake itself costs: connect, exec, close with ssh2 and nothing around it.
// usage: bare.mjs PORT USER KEYFILE WINDOW COUNT
import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import { addresses } from './addresses.mjs';

const [port, username, keyFile, parallel, count] = process.argv.slice(2);
const privateKey = readFileSync(keyFile);
const hosts = addresses(Number(count));

function one(host) {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client
      .on('ready', () =>
        client.exec('true', (error, channel) => {
          if (error) return reject(error);
          channel.end();
          channel.resume().on('close', (code) => {
            client.end();
            resolve(code);
          });
        }),
      )
      .on('error', reject)
      .connect({ host, port: Number(port), username, privateKey, readyTimeout: 60_000 });
  });
}

let failed = 0;
await Promise.all(
  Array.from({ length: Number(parallel) }, async () => {
    for (let host = hosts.shift(); host; host = hosts.shift())
      if ((await one(host).catch(() => 1)) !== 0) failed++;
  }),
);
if (failed > 0) {
  console.error(`${failed} failed`);
  process.exitCode = 1;
}
