import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  LabConnection,
  LabNetwork,
  LabNode,
  LabProcess,
  NetworkVerdict,
  Tool,
} from '../../src/drill/types.ts';

/** A process without a process: stopped, continued and killed by words alone. */
export class FakeProcess implements LabProcess {
  readonly pid: number;
  #stopped = false;
  #alive = true;
  readonly #listeners: (() => void)[] = [];

  constructor(pid: number) {
    this.pid = pid;
  }

  async turn(): Promise<boolean> {
    return this.#alive && !this.#stopped;
  }

  alive(): boolean {
    return this.#alive;
  }

  kill(signal: NodeJS.Signals): void {
    if (signal === 'SIGSTOP') this.#stopped = true;
    if (signal === 'SIGCONT') this.#stopped = false;
    if (signal !== 'SIGKILL' || !this.#alive) return;
    this.#alive = false;
    for (const listener of this.#listeners) listener();
  }

  onExit(listener: () => void): void {
    this.#listeners.push(listener);
  }
}

export interface FakeMachine extends LabNode {
  processes: FakeProcess[];
  tools: Map<string, Tool>;
}

let pids = 100;

/** A machine in memory: what the control plane and the kubelets need of one. Its root goes with the tier's folder. */
export function fakeMachine(name: string, role: 'control-plane' | 'worker' = 'worker'): FakeMachine {
  let on = true;
  const processes: FakeProcess[] = [];
  const tools = new Map<string, Tool>();
  return {
    spec: {
      name,
      roles: [role],
      zone: 'z1',
      labels: {},
      address: '10.0.0.1',
      instanceId: 'i-0123456789abcdef0',
      instanceType: 'm6i.xlarge',
      machineId: '0'.repeat(32),
    },
    root: mkdtempSync(join(tmpdir(), `fake-${name}-`)),
    port: 1,
    hostKey: 'ssh-ed25519 AAAA',
    processes,
    tools,
    running: () => on,
    async powerOn() {
      on = true;
    },
    async powerOff() {
      on = false;
      for (const process of processes) process.kill('SIGKILL');
    },
    exec() {
      throw new Error('nothing runs on a fake machine');
    },
    spawn() {
      const process = new FakeProcess(++pids);
      processes.push(process);
      return process;
    },
    setTool: (tool, answer) => void tools.set(tool, answer),
  };
}

export interface FakeNetwork extends LabNetwork {
  /** What the next packets meet. */
  verdicts: { new: NetworkVerdict; established: NetworkVerdict };
  open: Set<LabConnection>;
}

export function fakeNetwork(): FakeNetwork {
  const open = new Set<LabConnection>();
  const verdicts = { new: 'accept' as NetworkVerdict, established: 'accept' as NetworkVerdict };
  return {
    verdicts,
    open,
    verdict: (from, to, _port, packet) => (from.running() && to.running() ? verdicts[packet] : 'drop'),
    track: (connection) => void open.add(connection),
    untrack: (connection) => void open.delete(connection),
    connections: () => [...open],
  };
}

/** Waits until it holds; throws what it waited for otherwise. */
export async function until(what: string, holds: () => boolean, ms = 40_000): Promise<void> {
  const end = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
