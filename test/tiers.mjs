import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const BUILD = { name: 'build', command: ['build.mjs'] };

/**
 * The tiers, cheapest first. `missing` tells in one line why this machine cannot run a tier;
 * `prepare` may put that right where the tier was asked for by name.
 */
export const TIERS = {
  static: {
    checks: [
      { name: 'types', command: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
      { name: 'lint', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
      BUILD,
    ],
  },
  unit: { project: 'unit' },
  drill: {
    // The drill is played by the built command line: never by yesterday's.
    checks: [BUILD],
    project: 'drill',
    missing: () => (process.platform === 'win32' ? 'nodes of the lab need a /bin/sh' : undefined),
  },
  lab: { project: 'lab', prepare: installLab, missing: noLab },
};

/** What the machines of test/lab are made of and driven with. */
const LAB_TOOLS = [
  ...['systemd-nspawn', 'sshd', 'ssh', 'ssh-keygen', 'ip', 'ss', 'nft', 'iptables', 'conntrack'],
  ...['mount', 'dbus-daemon', 'busybox', 'dash', 'etcd', 'etcdctl', 'curl'],
];

function noLab() {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid() !== 0) return 'needs root';
  const lacking = LAB_TOOLS.filter((tool) => !installed(tool));
  if (lacking.length > 0) {
    return `needs ${lacking.join(', ')}; on Debian \`npm run test:lab\` as root installs them`;
  }
  const mounts = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return mounts.status === 0 ? undefined : 'needs the right to mount';
}

async function installLab(run) {
  if (process.platform !== 'linux' || process.getuid() !== 0 || !installed('apt-get')) return;
  await run('test/lab/install', []);
}

function installed(tool) {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
