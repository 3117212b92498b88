import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedNetwork } from '../network/network.ts';
import { createHostname } from '../tools/hostname.ts';
import { createFirewall, type Firewall } from '../tools/nft/firewall.ts';
import { createNft } from '../tools/nft/nft.ts';
import { createSs } from '../tools/ss/ss.ts';
import type { LabExec, LabNode, LabNodeSpec } from '../types.ts';
import { runCommand } from './exec.ts';
import { bootFiles, layOut } from './files.ts';
import type { BastionGate } from './gate.ts';
import { createGroups } from './groups.ts';
import type { LabHost } from './host.ts';
import type { Listener } from './listen.ts';
import { type NodeProcess, startProcess } from './process.ts';
import { createShims, type Shims } from './shims.ts';
import { createNodeSsh } from './ssh.ts';

/** How often /proc is brought up to date while a command runs that may look. */
const OBSERVE_MS = 50;

/** A lab node with what only the lab itself may touch. */
export interface SimulatedNode extends LabNode {
  shims: Shims;
  firewall: Firewall;
  processes(): NodeProcess[];
}

export interface LabNodeOptions {
  spec: LabNodeSpec;
  /** The node's own directory; made when absent. */
  dir: string;
  host: LabHost;
  network: SimulatedNetwork;
  /** OpenSSH public key line that opens the node for root. */
  authorizedKey: string;
  /** For nodes behind a bastion. */
  gate?: BastionGate;
  /** How processes' states are learnt; see process.ts. */
  observeBy?: 'proc' | 'turn';
}

/** Makes a machine and switches it on. */
export async function createLabNode(options: LabNodeOptions): Promise<SimulatedNode> {
  const { spec, dir, host } = options;
  const root = join(dir, 'root');
  mkdirSync(root, { recursive: true });
  layOut(root, spec);
  const shims = createShims({ host, node: spec.name, bin: join(dir, 'bin') });
  const firewall = createFirewall(Date.now);
  shims.set('nft', createNft(firewall));
  const groups = createGroups(host.guardian);
  const processes = new Set<NodeProcess>();
  const execs = new Set<LabExec>();
  let listener: Listener | undefined;
  let observer: NodeJS.Timeout | undefined;
  let startTime = 1000;

  const env = {
    FIREAXE_ROOT: root,
    PATH: `${shims.bin}:${host.bin}`,
    HOME: join(root, 'root'),
    TMPDIR: join(root, 'tmp'),
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/sh',
    LC_ALL: 'C',
  };

  function exec(
    command: string,
    { stdin, timeoutMs }: { stdin?: NodeJS.ReadableStream | string; timeoutMs?: number },
  ) {
    if (!listener) throw new Error(`${spec.name} is off`);
    const running = runCommand(
      {
        file: '/bin/sh',
        args: ['-c', command],
        env,
        cwd: root,
        ...(stdin !== undefined && { stdin }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      },
      groups,
    );
    execs.add(running);
    observe();
    void running.ended.then(() => execs.delete(running));
    return running;
  }

  function observe(): void {
    observer ??= setInterval(() => {
      for (const process of processes) void process.observe();
      if (execs.size > 0) return;
      clearInterval(observer);
      observer = undefined;
    }, OBSERVE_MS).unref();
  }

  const ssh = createNodeSsh({
    spec,
    authorizedKey: options.authorizedKey,
    ...(options.gate && { gate: options.gate }),
    admit: () => true,
    exec: (command, stdin) => exec(command, { stdin }),
  });

  const node: SimulatedNode = {
    spec,
    root,
    port: 0,
    hostKey: ssh.hostKey,
    shims,
    firewall,
    running: () => listener !== undefined,
    processes: () => [...processes],
    async powerOn() {
      if (listener) return;
      bootFiles(root);
      // The kit remembers the port: a machine comes back where it was.
      listener = await ssh.open(lastPort);
      lastPort = listener.port;
      node.port = lastPort;
    },
    async powerOff() {
      const open = listener;
      listener = undefined;
      node.port = 0;
      for (const process of processes) process.kill('SIGKILL');
      groups.killAll();
      await open?.close();
      firewall.reset();
      bootFiles(root);
    },
    exec,
    spawn({ comm, args, cgroup }) {
      if (!listener) throw new Error(`${spec.name} is off`);
      startTime += 1;
      const process = startProcess({
        proc: join(root, 'proc'),
        comm,
        args,
        cgroup,
        startTime,
        guardian: host.guardian,
        ...(options.observeBy && { observeBy: options.observeBy }),
      });
      processes.add(process);
      process.onExit(() => processes.delete(process));
      return process;
    },
    setTool: (name, tool) => shims.set(name, tool),
  };
  let lastPort = 0;
  options.network.attach(node, {
    firewall,
    cgroupOf: (pid) => [...processes].find((process) => process.pid === pid)?.entry.cgroup,
  });
  shims.set('ss', createSs(node, options.network));
  shims.set('hostname', createHostname(spec));
  await node.powerOn();
  return node;
}
