import { quote } from '../../base/quote.ts';
import type { Bastion, Kit, Target } from '../../kit/types.ts';

/** The options of OpenSSH for every connection, whatever the user's own configuration says. */
const ALWAYS = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'UpdateHostKeys=no',
  'GlobalKnownHostsFile=/dev/null',
  'VerifyHostKeyDNS=no',
  'ConnectionAttempts=1',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
  'ControlMaster=no',
  'ControlPath=none',
  'RequestTTY=no',
  'RemoteCommand=none',
  'Tunnel=no',
  'EscapeChar=none',
  'ServerAliveInterval=5',
  'ServerAliveCountMax=3',
  // It tells no reason at a level below.
  'LogLevel=INFO',
];

export interface SshKit extends Pick<Kit, 'knownHosts' | 'revokedHostKeys' | 'sshConfig'> {}

/** Arguments of `ssh` for a target; its address and login were checked by `refusal` before. */
export function sshArguments(kit: SshKit, target: Target, connectMs: number, command: string): string[] {
  const { jump } = target.ssh;
  return [
    ...options(kit, connectMs),
    ...(jump ? ['-o', `ProxyCommand=${proxyCommand(kit, jump, connectMs)}`] : []),
    ...login({ ...target.ssh, port: target.port }),
    '--',
    target.address,
    command,
  ];
}

/** Option names alone go before `--`, so that nothing of a target is ever read as one. */
function options(kit: SshKit, connectMs: number): string[] {
  const own = [
    ...ALWAYS,
    `UserKnownHostsFile=${kit.knownHosts.map(configWord).join(' ') || '/dev/null'}`,
    // Unlike others, this name is taken as it stands by the versions in use.
    ...(kit.revokedHostKeys ? [`RevokedHostKeys=${quoted(kit.revokedHostKeys)}`] : []),
    `ConnectTimeout=${Math.max(1, Math.ceil(connectMs / 1000))}`,
  ];
  // Without a file of the kit none is read: the user's own may need what is broken.
  return ['-F', kit.sshConfig ?? 'none', ...own.flatMap((option) => ['-o', option])];
}

type Login = Omit<Bastion, 'name' | 'address'>;

function login(to: Login): string[] {
  const { user, port, identity, certificate, hostKeyAlias, useAgent = false } = to;
  return [
    '-l',
    user,
    '-p',
    String(port),
    ...(identity === undefined ? [] : ['-i', identity]),
    ...(hostKeyAlias === undefined ? [] : ['-o', `HostKeyAlias=${hostKeyAlias}`]),
    ...(certificate === undefined ? [] : ['-o', `CertificateFile=${configWord(certificate)}`]),
    // A certificate beside the key (key-cert.pub) is offered with it, and the agent may sign for that key alone.
    ...(identity !== undefined && !useAgent ? ['-o', 'IdentitiesOnly=yes'] : []),
  ];
}

/** `ssh -J` would hand none of these options to the connection with the bastion. */
function proxyCommand(kit: SshKit, jump: Bastion, connectMs: number): string {
  const args = [...options(kit, connectMs), ...login(jump), '-W', '[%h]:%p', '--', jump.address];
  return ['ssh', ...args]
    .map((arg) => (arg === '[%h]:%p' ? `'${arg}'` : quote(arg.replaceAll('%', '%%'))))
    .join(' ');
}

/** One word of an ssh_config value; `%` begins a token there. */
function configWord(path: string): string {
  return quoted(path.replaceAll('%', '%%'));
}

function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&')}"`;
}
