import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The tools that operators use today, all over the system's ssh with the same options and parallelism. */
export function rivals(server, hosts, parallel) {
  const hostFile = join(server.dir, 'hosts');
  writeFileSync(hostFile, `${hosts.join('\n')}\n`);
  const knownHosts = join(server.dir, 'rival_known_hosts');
  writeFileSync(knownHosts, hosts.map((host) => `[${host}]:${server.port} ${server.hostKey}\n`).join(''));
  const options = [
    `Port=${server.port}`,
    `IdentityFile=${server.identity}`,
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'LogLevel=ERROR',
  ];
  const flags = options.map((option) => `-o ${option}`).join(' ');
  const { user } = server;
  return {
    pdsh: {
      argv: ['pdsh', '-S', '-R', 'ssh', '-f', parallel, '-l', user, '-w', `^${hostFile}`, 'true'],
      env: { ...process.env, PDSH_SSH_ARGS_APPEND: flags },
    },
    clush: {
      argv: ['clush', '-S', '-q', '-f', parallel, '-l', user, '-o', flags, '--hostfile', hostFile, 'true'],
    },
    pssh: {
      argv: [
        installed('parallel-ssh') ? 'parallel-ssh' : 'pssh',
        ...['-h', hostFile, '-l', user, '-p', parallel, '-t', '0'],
        ...options.flatMap((option) => ['-O', option]),
        'true',
      ],
    },
  };
}

export function installed(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
