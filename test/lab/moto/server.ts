import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Where moto's server is: on the PATH, or where
 * `python3 -m venv ~/.cache/fireaxe-lab/moto && ~/.cache/fireaxe-lab/moto/bin/pip install 'moto[server]'` puts it.
 * It is not installed from here: that takes longer than all the tests do.
 */
export function findMoto(): string | undefined {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fireaxe-lab/moto/bin');
  return [...(process.env.PATH ?? '').split(':'), cache]
    .map((dir) => join(dir, 'moto_server'))
    .find((path) => existsSync(path));
}

export interface Moto {
  url: string;
  /** A query call as EC2, IAM and STS take them; the answer's text. Signed with nothing: who checks is `demand`. */
  query(service: string, region: string, parameters: Record<string, string>): Promise<string>;
  /** From now on signatures and policies count, or no more. */
  demand(signatures: boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startMoto(path: string): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // It ends with this process, however that ends.
  const command = ['--pdeathsig', 'KILL', path, '-H', '127.0.0.1', '-p', String(port)];
  const child = spawn('setpriv', command, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  // Python loads all of moto first; the test's own time limit ends this.
  while (!(await fetch(`${url}/moto-api/`).catch(() => undefined))?.ok) {
    if (gone) throw new Error(`${path} ended by itself`);
    await delay(100);
  }
  return {
    url,
    async query(service, region, parameters) {
      const scope = `Credential=AK/20260101/${region}/${service}/aws4_request`;
      const answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=none` },
        body: new URLSearchParams(parameters),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${parameters.Action}: ${answer.status} ${text}`);
      return text;
    },
    async demand(signatures) {
      await fetch(`${url}/moto-api/reset-auth`, { method: 'POST', body: signatures ? '0' : 'inf' });
    },
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
