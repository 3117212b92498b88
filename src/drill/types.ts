import type { Role } from '../fleet/types.ts';

/** What a simulated machine is. */
export interface LabNodeSpec {
  name: string;
  roles: Role[];
  zone: string;
  labels: Record<string, string>;
  /** Its simulated cluster address: what firewalls and `ss` see. */
  address: string;
  instanceId: string;
  instanceType: string;
  machineId: string;
  /** The fault that the seed gave it. */
  fault?: 'kex-hang' | 'changed-host-key' | 'slow' | 'ssm-dead';
  /** Reached through the bastion alone. */
  behindBastion?: boolean;
}

/** What a tool of a lab node (systemctl, nft, ss, …) answers. */
export interface ToolAnswer {
  code: number;
  stdout: string;
  stderr: string;
}

/** Where a tool was called from. */
export interface ToolCall {
  /** Real directory: relative file arguments start here. */
  cwd: string;
}

/** A tool first in the node's PATH, acting on the node's simulated state. `stdin` is read only when the tool asks for it. */
export type Tool = (argv: string[], stdin: () => string, call: ToolCall) => ToolAnswer | Promise<ToolAnswer>;

/** What a lab node runs as a process. */
export interface LabProcessSpec {
  comm: string;
  args: string[];
  cgroup: string;
  /** Called at each SIGUSR1, which ends a process that has none. */
  onReload?: () => void;
}

/** A real process that belongs to a lab node and shows in its /proc. */
export interface LabProcess {
  /** The real process id. */
  pid: number;
  /** Asks the process to take its turn; false when it does not answer in time (stopped, hung). */
  turn(): Promise<boolean>;
  alive(): boolean;
  kill(signal: NodeJS.Signals): void;
  onExit(listener: () => void): void;
}

/** One simulated machine: a real SSH server, real sh, its own files and tools. */
export interface LabNode {
  spec: LabNodeSpec;
  /** Real directory that stands for `/` in FIREAXE_ROOT. */
  root: string;
  /** Real loopback port of its SSH server; 0 while the machine is off. */
  port: number;
  /** OpenSSH public host key line: `ssh-ed25519 AAAA…`. */
  hostKey: string;
  running(): boolean;
  /** Power on or off: off ends its processes and sockets and forgets /run. */
  powerOn(): Promise<void>;
  powerOff(): Promise<void>;
  /** Runs a command line by the node's /bin/sh, as sshd or the SSM agent would. */
  exec(command: string, options: { stdin?: NodeJS.ReadableStream | string; timeoutMs?: number }): LabExec;
  spawn(process: LabProcessSpec): LabProcess;
  setTool(name: string, tool: Tool): void;
}

export interface LabExec {
  stdout: NodeJS.ReadableStream;
  stderr: NodeJS.ReadableStream;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(): void;
}

/** What the destination's firewall does with a packet. */
export type NetworkVerdict = 'accept' | 'reject' | 'drop';

/** The simulated network: real traffic runs on loopback only after this has let it pass. */
export interface LabNetwork {
  /** Evaluates the source's output and the destination's input rules. `established` packets belong to an open connection. */
  verdict(
    from: LabNode,
    to: LabNode,
    port: number,
    packet: 'new' | 'established',
    /** The process that sends, for rules by cgroup; and its port. */
    sender?: { pid?: number; port?: number },
  ): NetworkVerdict;
  /** A connection as `ss` shows it at both ends; `close` is what `ss -K` calls. */
  track(connection: LabConnection): void;
  untrack(connection: LabConnection): void;
  connections(node: LabNode): LabConnection[];
}

export interface LabConnection {
  from: LabNode;
  to: LabNode;
  fromPort: number;
  toPort: number;
  /** The process at the client's end. */
  pid?: number;
  /** Bytes that the client sent and received. */
  bytes?(): { sent: number; received: number };
  close(): void;
}
