import { execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { splitResult } from '../../src/transport/node-output.ts';
import type { NodeResult } from '../../src/transport/types.ts';

export interface MachineSpec {
  name: string;
  address: string;
  machineId: string;
  zone?: string;
  /** Text files by path, laid over the host's root. */
  files?: Record<string, string>;
  /** Able to run containers, with cgroups of this version; folders and files of this machine that it sees too. */
  containers?: { cgroups: 'v1' | 'v2'; binds: Record<string, string>; kubelet?: KubeletMachine };
}

/** What a machine with a real kubelet has of its own. */
export interface KubeletMachine {
  /** Its cgroups, one a hierarchy: two kubelets that see the same v1 groups remove each other's pods. */
  groups: string[];
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
  result?: NodeResult;
}

/** What a lab's machines share. */
export interface LabFolder {
  dir: string;
  bridge: string;
  key: string;
}

/** A real node: systemd as PID 1 over an overlay of this machine's root, reached by OpenSSH. */
export class Machine {
  readonly spec: MachineSpec;
  readonly #lab: LabFolder;
  readonly #home: string;
  #pid = 0;

  constructor(spec: MachineSpec, lab: LabFolder) {
    this.spec = spec;
    this.#lab = lab;
    this.#home = join(lab.dir, spec.name);
  }

  get root(): string {
    return join(this.#home, 'root');
  }

  layOut(): void {
    for (const part of ['upper', 'work', 'root']) mkdirSync(join(this.#home, part), { recursive: true });
    const layers = `lowerdir=/,upperdir=${join(this.#home, 'upper')},workdir=${join(this.#home, 'work')}`;
    execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, this.root]);
    const wants = '/etc/systemd/system/multi-user.target.wants';
    // Its own units, and nothing of what this machine happens to start.
    for (const folder of [
      wants,
      '/etc/systemd/system/timers.target.wants',
      '/etc/systemd/system/getty.target.wants',
    ]) {
      rmSync(join(this.root, folder), { recursive: true, force: true });
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    for (const unit of ['ssh.service', 'systemd-networkd.service']) {
      symlinkSync(`/lib/systemd/system/${unit}`, join(this.root, wants, unit));
    }
    link(this.root, '/etc/systemd/system/default.target', '/lib/systemd/system/multi-user.target');
    link(this.root, '/etc/systemd/system-generators/postgresql-generator', '/dev/null');
    const files: Record<string, string> = {
      '/etc/machine-id': `${this.spec.machineId}\n`,
      '/etc/hostname': `${this.spec.name}\n`,
      '/root/.bashrc': '',
      '/root/.profile': '',
      '/root/.ssh/authorized_keys': execFileSync('cat', [`${this.#lab.key}.pub`], { encoding: 'utf8' }),
      '/etc/systemd/network/10-host0.network': `[Match]\nName=host0\n[Network]\nAddress=${this.spec.address}/24\nAddress=${v6(this.spec.address)}/64\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n[IPv6]\n`,
      ...this.spec.files,
    };
    for (const [path, text] of Object.entries(files)) this.put(path, text);
    execFileSync('chmod', ['700', join(this.root, '/root/.ssh'), join(this.root, '/root')]);
    execFileSync('chmod', ['600', join(this.root, '/root/.ssh/authorized_keys')]);
  }

  /** While it is off. */
  put(path: string, text: string): void {
    const whole = join(this.root, path);
    mkdirSync(join(whole, '..'), { recursive: true });
    rmSync(whole, { force: true });
    writeFileSync(whole, text);
  }

  boot(): void {
    const log = openSync(join(this.#home, 'console'), 'a');
    const args = [
      '-q',
      '-D',
      this.root,
      '--register=no',
      '--keep-unit',
      `--network-bridge=${this.#lab.bridge}`,
      '-b',
      '-M',
      // Of the machine and its link on the host, so that two labs do not meet: at most 15 characters with `vb-`.
      `${this.#lab.bridge}-${this.spec.name}`,
      ...this.#forContainers(),
    ];
    // Machines in one group would find each other's processes in their units, and never forget those that ended.
    const groups = this.spec.containers
      ? (this.spec.containers.kubelet?.groups ?? [])
      : [groupOf(this.#lab.bridge, this.spec.name)];
    const enter = 'mkdir -p "$0" && echo $$ >"$0/cgroup.procs" && exec "$@"';
    const inside = groups.flatMap((group) => ['/bin/sh', '-c', enter, group]);
    const [program = '', ...words] = [...inside, 'systemd-nspawn', ...args];
    const child = spawn(program, words, {
      detached: true,
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        // A kubelet and kube-proxy set what the network does.
        ...(this.spec.containers?.kubelet && { SYSTEMD_NSPAWN_API_VFS_WRITABLE: 'network' }),
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: this.spec.containers?.cgroups === 'v1' ? '0' : '1',
      },
    });
    child.unref();
    closeSync(log);
    writeFileSync(join(this.#home, 'pid'), `${child.pid} ${startOf(child.pid!)}`);
    this.#pid = child.pid!;
  }

  /** An overlay of an overlay is refused, so containerd's store is a folder of the lab's own; a cluster's is not kept in memory. */
  #forContainers(): string[] {
    if (!this.spec.containers) return [];
    const { kubelet } = this.spec.containers;
    const store = kubelet ? join(this.#lab.dir, '../stores', this.spec.name) : join(this.#home, 'containerd');
    mkdirSync(store, { recursive: true });
    return [
      // The kubelet reads there what the kernel killed.
      ...(kubelet ? ['--bind=/dev/kmsg'] : []),
      '--capability=all',
      '--system-call-filter=@keyring bpf add_key keyctl mount',
      `--bind=${store}:/var/lib/containerd`,
      ...Object.entries(this.spec.containers.binds).map(([from, to]) => `--bind-ro=${from}:${to}`),
    ];
  }

  async up(): Promise<void> {
    const until = Date.now() + 60_000;
    while (Date.now() < until) {
      if (await this.#listens()) {
        const { stdout } = await this.sh('systemctl is-system-running --wait', { timeoutMs: 20_000 });
        if (/running|degraded/.test(stdout)) return this.#note();
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const said = readFileSync(join(this.#home, 'console'), 'utf8').slice(-600);
    throw new Error(`${this.spec.name} did not come up; its console ends:\n${said}`);
  }

  #listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host: this.spec.address, port: 22, timeout: 300 });
      const end = (up: boolean) => {
        socket.destroy();
        resolve(up);
      };
      socket.once('data', () => end(true));
      socket.once('timeout', () => end(false));
      socket.once('error', () => end(false));
    });
  }

  /** PID 1 of the machine, as seen from here: it outlives an nspawn that is killed. */
  #note(): void {
    const init =
      readFileSync(`/proc/${this.#pid}/task/${this.#pid}/children`, 'utf8').trim().split(' ')[0] ?? '';
    writeFileSync(join(this.#home, 'init'), `${init} ${startOf(Number(init))}`);
  }

  /** A command line for its root's login shell, by OpenSSH's own client: a connection each. */
  sh(command: string, options: { stdin?: string; timeoutMs?: number; user?: string } = {}): Promise<Ran> {
    return new Promise((resolve) => {
      const child = spawn('ssh', [...this.sshArgs(options.user), command], {
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 60_000);
      // A character may come in two chunks.
      child.stdout.setEncoding('utf8').on('data', (chunk) => {
        stdout += chunk;
      });
      child.stderr.setEncoding('utf8').on('data', (chunk) => {
        stderr += chunk;
      });
      child.stdin.on('error', () => {});
      child.stdin.end(options.stdin ?? '');
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code: code ?? 255, stdout, stderr });
      });
    });
  }

  sshArgs(user = 'root'): string[] {
    return [
      ...[
        '-i',
        this.#lab.key,
        '-o',
        'IdentitiesOnly=yes',
        '-o',
        'BatchMode=yes',
        '-o',
        'ConnectTimeout=3',
        '-F',
        '/dev/null',
      ],
      ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR'],
      `${user}@${this.spec.address}`,
    ];
  }

  /** A node script, delivered as the SSH transports do: the text first on standard input, then the secret. */
  async run(
    text: string,
    options: { secret?: string; shell?: string; timeoutMs?: number } = {},
  ): Promise<Ran> {
    const shell = options.shell ?? '/bin/sh';
    const command = `exec ${shell} -c 'eval "$(head -c ${Buffer.byteLength(text)})"'`;
    const ran = await this.sh(command, {
      stdin: text + (options.secret ?? ''),
      ...(options.timeoutMs && { timeoutMs: options.timeoutMs }),
    });
    const nonce = /^FX_NONCE=(\w+)$/m.exec(text)?.[1] ?? '';
    const { output, result } = splitResult(ran.stdout, nonce);
    return { ...ran, stdout: output, ...(result && { result }) };
  }

  /** A signal for its PID 1: one that is stopped answers nobody. */
  signalInit(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const [pid = '', start = ''] = readFileSync(join(this.#home, 'init'), 'utf8').split(' ');
    if (startOf(Number(pid)) !== start) throw new Error('its PID 1 is not the one that was noted');
    process.kill(Number(pid), signal);
  }

  /** Its power cut; `boot` and `up` bring it back. */
  off(): Promise<void> {
    return this.#end('systemctl poweroff -ff', 1000);
  }

  async #end(command: string, timeoutMs = 5000): Promise<void> {
    const [pid, start] = [this.#pid, startOf(this.#pid)];
    // Asked again: on a busy carrier the login may take longer than that.
    for (let turn = 0; startOf(pid) === start; turn++) {
      if (turn % 100 === 0) await this.sh(command, { timeoutMs });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** After a reboot, or an end, that a command of its own asked for. */
  async comesBack(): Promise<void> {
    while (startOf(this.#pid) !== '') await new Promise((resolve) => setTimeout(resolve, 50));
    this.boot();
    await this.up();
  }

  /** nspawn asks whoever started it to start it again. */
  async reboot(): Promise<void> {
    await this.#end('systemctl reboot');
    this.boot();
    await this.up();
  }
}

/** A machine's own group among this machine's cgroups. */
export function groupOf(bridge: string, name: string): string {
  const tree = existsSync('/sys/fs/cgroup/unified') ? '/sys/fs/cgroup/unified' : '/sys/fs/cgroup';
  return join(tree, `${bridge}-${name}`);
}

function link(root: string, path: string, to: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  rmSync(join(root, path), { force: true });
  symlinkSync(to, join(root, path));
}

/** When a process began, in clock ticks: with its pid, its identity. Empty when it is gone. */
export function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

/** The IPv6 address that goes with a lab address. */
export function v6(address: string): string {
  return `fd00:f1::${address.split('.').slice(2).join(':')}`;
}
