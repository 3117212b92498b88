import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildEarly } from './cluster/build/early.mjs';
import { noCluster } from './cluster/needs.mjs';

const BUILD = { name: 'build', command: ['build.mjs'] };

/**
 * The tiers, cheapest first. `missing` returns why this machine cannot run a tier, in one line;
 * `nodeToo`: another Node may run it as well; `prepare` may install what is missing if the tier is named on the command line, and `early` may start a part of its work
 * beside the tiers before it. `onlyByName` says why a tier runs only where it is named or required.
 */
export const TIERS = {
  static: {
    checks: [
      { name: 'types', command: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
      { name: 'lint', command: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
      { name: 'words', command: ['test/prose/check.mjs'] },
      BUILD,
    ],
  },
  unit: { project: 'unit', nodeToo: true },
  // The unit tests of what takes seconds: real programs, servers, waits, large inputs.
  slow: { project: 'slow', nodeToo: true },
  drill: {
    // The drill runs the built command line, so build it first.
    checks: [BUILD],
    project: 'drill',
    missing: () => (process.platform === 'win32' ? 'the nodes of the lab need /bin/sh' : undefined),
  },
  // The report is opened in a real browser.
  lab: {
    project: 'lab',
    prepare: (run) => installLab(run, 'chromium', 'fonts-dejavu-core'),
    missing: () => noLab(),
  },
  cluster: {
    checks: [BUILD],
    project: 'cluster',
    early: buildEarly,
    prepare: (run) => installLab(run, 'haproxy', 'openssl'),
    missing: () => noLab('cluster') ?? noCluster(),
    // Too long for every `npm test`.
    onlyByName: 'takes 25 to 40 minutes; run it with `npm run test:cluster`',
  },
};

/** The programs that the machines of test/lab need. */
const LAB_TOOLS = [
  ...['systemd-nspawn', 'sshd', 'ssh', 'ssh-keygen', 'ip', 'ss', 'nft', 'iptables', 'conntrack'],
  ...['mount', 'dbus-daemon', 'busybox', 'dash', 'etcd', 'etcdctl', 'curl', 'script', 'zsh', 'fish'],
];

function noLab(tier = 'lab') {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid() !== 0) return 'needs root';
  const missing = LAB_TOOLS.filter((tool) => !installed(tool));
  if (missing.length > 0) {
    return `needs ${missing.join(', ')}; on Debian \`npm run test:${tier}\` as root installs them`;
  }
  const mounts = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']);
  return mounts.status === 0 ? undefined : 'needs permission to mount';
}

async function installLab(run, ...more) {
  if (process.platform !== 'linux' || process.getuid() !== 0 || !installed('apt-get')) return;
  await run('test/lab/install', more);
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
