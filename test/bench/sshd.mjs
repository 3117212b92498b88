import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * One real sshd of the current user on all loopback addresses, which refuses none of many logins at once.
 * Each of `hosts` gets receipts of its own: it stands for a machine of its own. With `certified` an authority vouches
 * for host and user, and sshd knows no key of the user.
 */
export async function startSshd(hosts, { certified = false } = {}) {
  const binary = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));
  if (!binary) throw new Error('sshd is not installed');
  const dir = mkdtempSync(join(tmpdir(), 'fireaxe-bench-'));
  const port = await freePort();
  const newKey = (name) =>
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(dir, name)]);
  newKey('host');
  newKey('id');
  if (certified) certify(dir, hosts);
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const config = [
    'ListenAddress 0.0.0.0',
    `Port ${port}`,
    `HostKey ${dir}/host`,
    ...(certified
      ? [`HostCertificate ${dir}/host-cert.pub`, `TrustedUserCAKeys ${dir}/ca.pub`, 'AuthorizedKeysFile none']
      : [`AuthorizedKeysFile ${dir}/id.pub`]),
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'MaxStartups 2000',
    // The user's own shell start-up file would be measured otherwise.
    `SetEnv HOME=${dir}`,
    ...hosts.map(
      (host) => `Match LocalAddress ${host}\n  SetEnv HOME=${dir} FIREAXE_ROOT=${dir}/roots/${host}`,
    ),
  ];
  writeFileSync(join(dir, 'config'), `${config.join('\n')}\n`);
  const child = spawn(binary, ['-D', '-E', join(dir, 'log'), '-f', join(dir, 'config')], { stdio: 'ignore' });
  await listening(port, child);
  return {
    dir,
    port,
    user: userInfo().username,
    identity: join(dir, 'id'),
    hostKey: publicKey(dir, 'host'),
    ...(certified && { authority: publicKey(dir, 'ca'), certificate: join(dir, 'id-cert.pub') }),
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill()) await gone;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function publicKey(dir, name) {
  return readFileSync(join(dir, `${name}.pub`), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
}

/** sshd shows one certificate at every address: it names all of them, at most 256. */
function certify(dir, hosts) {
  const keygen = (...words) => execFileSync('ssh-keygen', ['-q', ...words]);
  const ca = join(dir, 'ca');
  keygen('-t', 'ed25519', '-N', '', '-f', ca);
  keygen('-s', ca, '-I', 'bench', '-h', '-n', hosts.join(','), join(dir, 'host.pub'));
  keygen('-s', ca, '-I', 'bench', '-n', userInfo().username, join(dir, 'id.pub'));
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function listening(port, child) {
  for (let i = 0; i < 500; i++) {
    if (child.exitCode !== null) break;
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy()));
      socket.once('error', () => resolve(undefined));
    });
    if (open) return;
    await sleep(20);
  }
  throw new Error('the server does not listen');
}
