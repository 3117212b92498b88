import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
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

export function newKeyFile(path: string, ...options: string[]): string {
  const plain = ['-t', 'ed25519', '-a', '1', '-N', '', '-C', 'test'];
  execFileSync('ssh-keygen', ['-q', ...plain, ...options, '-f', path]);
  return readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
}

/**
 * A real OpenSSH server of the current user on every loopback address; `lines` go to the end of its configuration,
 * `env` to each session.
 */
export async function startSshd(lines: string[] = [], env: Record<string, string> = {}): Promise<RealSshd> {
  const dir = mkdtempSync(join(tmpdir(), 'fx-sshd-'));
  const hostKey = newKeyFile(join(dir, 'host'));
  const pub = newKeyFile(join(dir, 'id'));
  writeFileSync(join(dir, 'authorized'), `${pub}\n`);
  // Run by root, sshd insists on its separation directory.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const defaults = [
    'ListenAddress 0.0.0.0',
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
    `SetEnv ${Object.entries({ HOME: dir, ...env })
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
  ];
  // Of two lines with one name sshd takes the first.
  const own = new Set(lines.map((line) => line.split(' ')[0]));
  const config = [...defaults.filter((line) => !own.has(line.split(' ')[0]!)), ...lines];
  writeFileSync(join(dir, 'config'), `${config.join('\n')}\n`);
  const { child, port } = await listening(dir);
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

/** Starts it on a port that was free a moment ago: where somebody else was quicker, on another one. */
async function listening(dir: string): Promise<{ child: ChildProcess; port: number }> {
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const [config, log] = [join(dir, 'config'), join(dir, 'log')];
    rmSync(log, { force: true });
    const child = spawn(SSHD!, ['-D', '-E', log, '-f', config, '-p', String(port)], { stdio: 'ignore' });
    // It is written when it listens.
    while (!existsSync(join(dir, 'pid')) && child.exitCode === null) await sleep(10);
    if (child.exitCode === null) return { child, port };
    const said = readFileSync(log, 'utf8');
    if (tries === 5 || !said.includes('Address already in use')) throw new Error(`sshd ended: ${said}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
