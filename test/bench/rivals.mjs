import { spawnSync } from 'node:child_process';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Python with the libraries; PYTHON names another one, such as that of a virtual environment. */
const python = process.env.PYTHON || 'python3';
const here = (name) => join(import.meta.dirname, name);

/**
 * The tools that operators use today, with the same options and parallelism: three over the system's ssh, a process a host,
 * and two libraries in one process. Of these parallel-ssh does not check host keys.
 */
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
    asyncssh: {
      argv: [
        python,
        here('asyncssh-loop.py'),
        ...[hostFile, server.port, user, server.identity, knownHosts, parallel],
      ],
      module: 'asyncssh',
    },
    'parallel-ssh': {
      argv: [
        python,
        here('parallel-ssh-loop.py'),
        ...[hostFile, server.port, user, server.identity, parallel],
      ],
      module: 'pssh.clients',
    },
  };
}

/** Whether a rival can run here. */
export function present({ argv: [name], module }) {
  return module ? spawnSync(name, ['-c', `import ${module}`]).status === 0 : installed(name);
}

function installed(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
