import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type ClientChannel, type ConnectConfig } from 'ssh2';
import { createNetwork, type SimulatedNetwork } from '../../../src/drill/network/network.ts';
import { createLabHost, type LabHost } from '../../../src/drill/node/host.ts';
import { createKeyPair } from '../../../src/drill/node/key-pair.ts';
import { createLabNode, type LabNodeOptions, type SimulatedNode } from '../../../src/drill/node/node.ts';
import type { LabNodeSpec } from '../../../src/drill/types.ts';

export const CLIENT_KEY = createKeyPair();

export interface TestLab {
  host: LabHost;
  network: SimulatedNetwork;
  dir: string;
  node(spec?: Partial<LabNodeSpec>, options?: Partial<LabNodeOptions>): Promise<SimulatedNode>;
  close(): Promise<void>;
}

/** A lab in a folder of its own; nodes are called n1, n2, … at 10.0.0.1, 10.0.0.2, … */
export async function testLab(): Promise<TestLab> {
  const dir = mkdtempSync(join(tmpdir(), 'fx-lab-'));
  const host = await createLabHost({ dir });
  const network = createNetwork();
  const nodes: SimulatedNode[] = [];
  return {
    host,
    network,
    dir,
    async node(spec = {}, options = {}) {
      const n = nodes.length + 1;
      const name = `n${n}`;
      const node = await createLabNode({
        spec: {
          name,
          roles: ['worker'],
          zone: 'a',
          labels: {},
          address: `10.0.${Math.floor(n / 250)}.${n % 250}`,
          instanceId: `i-${String(n).padStart(17, '0')}`,
          instanceType: 'm5.large',
          machineId: String(n).padStart(32, '0'),
          ...spec,
        },
        dir: join(dir, 'nodes', name),
        host,
        network,
        authorizedKey: CLIENT_KEY.public,
        ...options,
      });
      nodes.push(node);
      return node;
    },
    async close() {
      await Promise.all(nodes.map((node) => node.powerOff()));
      host.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Ran {
  stdout: string;
  stderr: string;
  code: number | null;
  signal?: string | undefined;
}

/** Connects; the host key must be the node's own. */
export function connect(
  node: { port: number; hostKey: string },
  config: ConnectConfig = {},
): Promise<ssh2.Client> {
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.on('error', () => undefined);
    client.once('ready', () => resolve(client));
    client.once('error', reject);
    client.once('close', () => reject(new Error('closed')));
    client.connect({
      host: '127.0.0.1',
      port: node.port,
      username: 'root',
      privateKey: CLIENT_KEY.private,
      readyTimeout: 50_000,
      hostVerifier: (key: Buffer) => node.hostKey === `ssh-ed25519 ${key.toString('base64')}`,
      ...config,
    });
  });
}

/** Runs a command over an open connection. */
export async function run(client: ssh2.Client, command: string, stdin = ''): Promise<Ran> {
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.exec(command, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  const ran: Ran = { stdout: '', stderr: '', code: null };
  channel.on('data', (data: Buffer) => (ran.stdout += data));
  channel.stderr.on('data', (data: Buffer) => (ran.stderr += data));
  channel.on('exit', (code: number | null, signal?: string) => Object.assign(ran, { code, signal }));
  channel.end(stdin);
  await new Promise((resolve) => channel.once('close', resolve));
  return ran;
}

/** Runs a script on a node without SSH. */
export async function sh(node: SimulatedNode, script: string, stdin = ''): Promise<Ran> {
  const ran = node.exec(script, { stdin, timeoutMs: 50_000 });
  const [stdout, stderr, ended] = await Promise.all([text(ran.stdout), text(ran.stderr), ran.ended]);
  return { stdout, stderr, code: ended.code, signal: ended.signal ?? undefined };
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const part of stream) all += part;
  return all;
}
