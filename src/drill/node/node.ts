import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedNetwork } from '../network/network.ts';
import { createHostname } from '../tools/hostname.ts';
import { createFirewall, type Firewall } from '../tools/nft/firewall.ts';
import { createNft } from '../tools/nft/nft.ts';
import { createSs } from '../tools/ss/ss.ts';
import { createSystemd, type Systemd } from '../tools/systemd/manager.ts';
import { createSystemctl } from '../tools/systemd/systemctl.ts';
import { createSystemdRun } from '../tools/systemd/systemd-run.ts';
import type { LabNode, LabNodeSpec } from '../types.ts';
import { runCommand } from './exec.ts';
import { bootFiles, layOut, showUptime } from './files.ts';
import type { BastionGate } from './gate.ts';
import { createGroups, signalGroup } from './groups.ts';
import type { LabHost } from './host.ts';
import type { Listener } from './listen.ts';
import { createObserver } from './observer.ts';
import { type NodeProcess, startProcess } from './process.ts';
import { createShims, type Shims } from './shims.ts';
import { createNodeSsh } from './ssh.ts';

/** The port as the node sees it; the real one is arbitrary. */
const SSH_PORT = 22;
const OPERATOR = '192.0.2.10';

/** A lab node, with the parts that only the lab uses. */
export interface SimulatedNode extends LabNode {
  shims: Shims;
  firewall: Firewall;
  systemd: Systemd;
  processes(): NodeProcess[];
}

export interface LabNodeOptions {
  spec: LabNodeSpec;
  /** The node's own directory; created if it is missing. */
  dir: string;
  host: LabHost;
  network: SimulatedNetwork;
  /** OpenSSH public key line that opens the node for root. */
  authorizedKey: string;
  /** For nodes behind a bastion. */
  gate?: BastionGate;
  /** How process states are read; see process.ts. */
  observeBy?: 'proc' | 'turn';
  /** Simulated address that SSH connections come from. */
  operator?: string;
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
  const observer = createObserver(() => processes);
  const operator = options.operator ?? OPERATOR;
  let listener: Listener | undefined;
  let startTime = 0;
  let bootedAt = 0;

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
    more: Record<string, string> = {},
  ) {
    if (!listener) throw new Error(`${spec.name} is off`);
    showUptime(root, (performance.now() - bootedAt) / 1000);
    const running = runCommand(
      {
        file: '/bin/sh',
        args: ['-c', command],
        env: { ...env, ...more },
        cwd: root,
        ...(stdin !== undefined && { stdin }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      },
      groups,
    );
    observer.during(running.ended, 'command');
    return running;
  }

  const systemd = createSystemd({
    root,
    spawn: (process) => node.spawn(process),
    run(argv, more) {
      const [file = '/bin/sh', ...args] = argv;
      const service = runCommand({ file, args, env: { ...env, ...more }, cwd: root }, groups);
      for (const stream of [service.stdout, service.stderr]) stream.resume();
      const { pid = 0, ended } = service;
      observer.during(ended, 'service');
      return { pid, ended, kill: (signal) => void (pid > 0 && signalGroup(pid, signal)) };
    },
  });
  shims.set('systemctl', createSystemctl(systemd));
  shims.set('systemd-run', createSystemdRun(systemd, env.PATH.split(':')));

  const ssh = createNodeSsh({
    spec,
    authorizedKey: options.authorizedKey,
    ...(options.gate && { gate: options.gate }),
    verdict: (packet) => options.network.verdictFrom(operator, node, SSH_PORT, packet),
    exec: (command, stdin, clientPort) =>
      exec(command, { stdin }, { SSH_CONNECTION: `${operator} ${clientPort} ${spec.address} ${SSH_PORT}` }),
  });
  firewall.onChange(ssh.judge);

  const node: SimulatedNode = {
    spec,
    root,
    port: 0,
    hostKey: ssh.hostKey,
    shims,
    firewall,
    systemd,
    running: () => listener !== undefined,
    processes: () => [...processes],
    async powerOn() {
      if (listener) return;
      bootFiles(root);
      bootedAt = performance.now();
      // The kit remembers the port: a machine comes back where it was.
      listener = await ssh.open(lastPort);
      lastPort = listener.port;
      node.port = lastPort;
      await systemd.boot();
    },
    async powerOff() {
      const open = listener;
      listener = undefined;
      node.port = 0;
      systemd.halt();
      for (const process of processes) process.kill('SIGKILL');
      groups.killAll();
      for (const connection of options.network.connections(node)) connection.close();
      await open?.close();
      firewall.reset();
      bootFiles(root);
    },
    exec: (command, options) => exec(command, options),
    spawn({ comm, args, cgroup, onReload }) {
      if (!listener) throw new Error(`${spec.name} is off`);
      startTime = Math.max(startTime + 1, Math.floor((performance.now() - bootedAt) / 10));
      const process = startProcess({
        proc: join(root, 'proc'),
        comm,
        args,
        cgroup,
        startTime,
        guardian: host.guardian,
        ...(onReload && { onReload }),
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
