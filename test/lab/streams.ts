/** An API server for the lab: a listener on 6443, for both families, that keeps every stream alive until its client says a word; run by the lab's own node. */
export const serverScript = `
import { createServer } from 'node:net';
createServer((s) => {
  const t = setInterval(() => s.write('tick\\n'), 200);
  s.on('data', () => clearInterval(t)); s.on('error', () => {}); s.on('close', () => clearInterval(t));
}).listen({ port: 6443, host: '::' });
`;

/** A client that keeps one stream and notes in a file how it is: `up`, `reset` or `refused` and when it changed. */
export const clientScript = `
import { connect } from 'node:net';
import { writeFileSync } from 'node:fs';
const [host, file] = process.argv.slice(2);
let last = '';
const say = (state) => { if (state !== last) { last = state; writeFileSync(file, state + ' ' + Date.now()); } };
const open = () => {
  const s = connect({ host, port: 6443 });
  let why = 'end';
  const dead = setTimeout(() => { why = 'silent'; s.destroy(); }, 3000);
  s.on('data', () => { dead.refresh(); say('up'); });
  s.on('error', (e) => { why = e.code; });
  s.on('close', () => { clearTimeout(dead); say(why); setTimeout(open, 300); });
};
open();
`;

/** The command of a proxy on the API server's own host, from another port to the API port. */
export const proxyCommand = (port: number) =>
  `${process.execPath} -e "const { createServer, connect } = require('net'); createServer((c) => { const u = connect(6443, '127.0.0.1'); for (const s of [c, u]) s.on('error', () => { c.destroy(); u.destroy(); }); c.pipe(u).pipe(c); }).listen(${port}, '0.0.0.0')"`;

/** A client's text for another port. */
export const clientAt = (port: number) => clientScript.replace('port: 6443', `port: ${port}`);

/** The command of a client with a stream to each, on which nobody says anything after its one word: only the server itself can end it. */
export const quietly = (...hosts: string[]) =>
  `${process.execPath} -e "for (const to of '${hosts}'.split(',')) require('net').connect(6443, to, function () { this.write('q'); }).on('error', () => {})"`;

export const unit = (command: string) =>
  `[Service]\nExecStart=${command}\nRestart=always\nRestartSec=200ms\n`;
