import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));

/** Why there is no real sshd to test against; undefined where there is one. */
export const noSshd: string | undefined = SSHD ? undefined : 'sshd is not installed';
if (noSshd) console.log(`skipped: tests against a real sshd (${noSshd})`);

export interface RealSshd {
  port: number;
  /** `ssh-ed25519 AAAA…` */
  hostKey: string;
  /** Private key of a login that it lets in. */
  identity: string;
  dir: string;
  user: string;
  pid: number;
  stop(): Promise<void>;
}

export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export function newKeyFile(path: string, ...options: string[]): string {
  const plain = ['-t', 'ed25519', '-a', '1', '-N', '', '-C', 'test'];
  execFileSync('ssh-keygen', ['-q', ...plain, ...options, '-f', path]);
  return readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
}

/** A real OpenSSH server of the current user on every loopback address; `lines` go to the end of its configuration. */
export async function startSshd(lines: string[] = []): Promise<RealSshd> {
  const dir = mkdtempSync(join(tmpdir(), 'fx-sshd-'));
  const port = await freePort('0.0.0.0');
  const hostKey = newKeyFile(join(dir, 'host'));
  const pub = newKeyFile(join(dir, 'id'));
  writeFileSync(join(dir, 'authorized'), `${pub}\n`);
  // Run by root, sshd insists on its separation directory.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const config = [
    'ListenAddress 0.0.0.0',
    `Port ${port}`,
    `HostKey ${join(dir, 'host')}`,
    `AuthorizedKeysFile ${join(dir, 'authorized')}`,
    `PidFile ${join(dir, 'pid')}`,
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    'StrictModes no',
    'PrintMotd no',
    // The user's own shell start-up file may be slow or noisy.
    `SetEnv HOME=${dir}`,
    ...lines,
  ];
  writeFileSync(join(dir, 'config'), `${config.join('\n')}\n`);
  const log = join(dir, 'log');
  const child = spawn(SSHD!, ['-D', '-E', log, '-f', join(dir, 'config')], { stdio: 'ignore' });
  await listening(port, child, () => readFileSync(log, 'utf8'));
  return {
    port,
    hostKey,
    identity: join(dir, 'id'),
    dir,
    user: userInfo().username,
    pid: child.pid!,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function listening(port: number, child: ChildProcess, said: () => string): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${said()}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await sleep(20);
  }
  throw new Error(`sshd does not listen: ${said()}`);
}
