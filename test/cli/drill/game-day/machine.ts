import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { fleetOf, makeKit } from '../../../kit/make-kit.ts';
import { newCertificate } from '../../../node/control-plane/certificate.ts';
import { CommandLine } from '../../command-line.ts';

/** Holds what floods from a folder, and releases it: other floods on this machine, which are other tests', go on. */
const playbook = (folder: string) => `schemaVersion: 1
name: hold-it
title: Hold the offender
parameters:
  process: { description: the offender }
workstreams:
  - name: hold
    title: Hold it
    steps:
      - id: hold
        action: stop
        on: role=worker
        with: { process: '\${process}', cmdline: '${folder}' }
      - id: release
        undo: [hold]
`;

/** A playbook whose one step takes so long that Ctrl-C finds it in flight, once the file `begun` is there. */
const slow = (directory: string) => `schemaVersion: 1
name: slow
title: Take some time
parameters:
  process: { description: the offender }
workstreams:
  - name: wait
    title: Wait
    steps:
      - { id: wait, action: exec, on: role=worker, with: { command: 'touch ${directory}/begun && sleep 15' } }
`;

/** An API server over TLS that answers whatever it is asked; it counts the calls of the flood. */
export class Api {
  readonly #server: Server;
  versions = 0;
  ready = true;

  constructor() {
    const pair = newCertificate({ name: 'kubernetes', until: new Date(Date.now() + 86_400_000) });
    this.#server = createServer(pair, (req, res) => {
      if (req.url === '/version') this.versions++;
      res.statusCode = this.ready || req.url === '/version' ? 200 : 500;
      res.end(req.url === '/version' ? '{}' : 'ok');
    });
  }

  /** Once; the port stays. */
  async listen(): Promise<number> {
    if (!this.#server.listening) await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A kit whose two nodes are this machine, over the transport that needs no server. */
function gameDayKit(port: number, directory: string, drills: string): string {
  const nodes = [
    {
      name: 'cp1',
      cluster: 'c1',
      roles: ['control-plane'],
      address: '127.0.0.1',
      internalAddress: '127.0.0.1',
      labels: {},
    },
    { name: 'w1', cluster: 'c1', roles: ['worker'], address: '127.0.0.2', labels: {} },
  ];
  const cluster = { via: ['local'], kubernetes: { apiserverPort: port }, drills };
  return makeKit({
    'kit.yaml': JSON.stringify({ schemaVersion: 1, clusters: { c1: cluster } }),
    'fleet/c1.json': JSON.stringify(fleetOf(nodes)),
    'playbooks/hold-it.yaml': playbook(join(directory, 'root/run/fireaxe-flood')),
    'playbooks/slow.yaml': slow(directory),
  });
}

/** What a command line needs to find this machine's processes and tools under a root of its own. */
function nodeIn(directory: string): { PATH: string } {
  const tools = join(directory, 'tools');
  mkdirSync(tools);
  for (const tool of ['curl', 'setsid']) symlinkSync(`/usr/bin/${tool}`, join(tools, tool));
  symlinkSync('/proc', join(directory, 'root/proc'));
  return { PATH: `${tools}:${process.env.PATH}` };
}

/** Processes whose command line names a folder of this node: loops, curls, timers, watches. */
export function processesOf(directory: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(join(directory, 'root/run/')) ? [`${pid} ${line}`] : [];
      } catch {
        return [];
      }
    });
}

/** Waits until no process of a flood is left, nor a timer, nor its folder. */
export async function nothingLeft(directory: string, withinMs = 25_000): Promise<void> {
  await vi.waitFor(
    () => {
      const left = processesOf(directory).filter((line) => !line.includes('/hold-'));
      expect([left, readdirSync(join(directory, 'root/run')).includes('fireaxe-flood')]).toEqual([[], false]);
    },
    { timeout: withinMs, interval: 100 },
  );
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** A machine of its own, with a command line, a kit and a state directory. */
export async function onMachine(
  api: Api,
  work: (place: { fireaxe: CommandLine; kit: string }) => Promise<void>,
  drills = 'allowed',
): Promise<void> {
  const fireaxe = new CommandLine();
  Object.assign(fireaxe.env, nodeIn(fireaxe.directory));
  const kit = gameDayKit(await api.listen(), fireaxe.directory, drills);
  try {
    await work({ fireaxe, kit });
  } finally {
    // The watch of a hold goes on for hours where its run was killed.
    await vi.waitFor(() => {
      const left = processesOf(fireaxe.directory);
      for (const line of left) end(Number(line.split(' ', 1)[0]));
      expect(left).toEqual([]);
    });
    fireaxe.close();
    rmSync(kit, { recursive: true });
  }
}

/** The lines of all its journals. */
export function recordsOf({ env }: CommandLine): string[] {
  const state = env.FIREAXE_STATE_DIR;
  if (!existsSync(state)) return [];
  return readdirSync(state).flatMap((name) => {
    const path = join(state, name, 'journal.ndjson');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  });
}
