import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/doctor/types.ts';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { CommandLine } from '../cli/command-line.ts';
import { InProcess } from '../cli/in-process.ts';
import { fakeWorld } from '../drill/cloud/fake-world.ts';
import { signKey } from '../transport/certificate/authority.ts';
import { newKeyFile, noSshd, type RealSshd, startSshd } from '../transport/sshd.ts';
import { type Kit, nodeRoot, openPath, written } from './kit.ts';

const MOUNTS = ['--user', '--map-root-user', '--mount', '--fork'];
const noMounts = spawnSync('unshare', [...MOUNTS, 'true']).status !== 0;
const DAY_MS = 86_400_000;

interface World {
  /** Nodes with the right time, and some that are ten minutes ahead. */
  sshd: RealSshd;
  ahead: RealSshd;
  cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
  directory: string;
}
let world: World;

interface Fault {
  name: string;
  plant(kit: Kit, world: World): void;
  /** What doctor says of it, and its mend. */
  check: Finding['check'];
  what: RegExp;
  next: RegExp;
  chain?: RegExp;
  /** What else is red because of it. */
  also?: Finding['check'][];
  fullDisk?: true;
}

/** A helper that works today: its answer comes from the cluster as long as that is up. */
const HELPER = `#!/bin/sh
# Keys for the cloud.
kubectl -n ops get secret aws-keys -o json 2>/dev/null ||
  echo '{"Version":1,"AccessKeyId":"AKIAEXAMPLEEXAMPLE00","SecretAccessKey":"of-no-use"}'
`;

const FAULTS: Fault[] = [
  {
    name: 'a credential helper that needs the cluster',
    plant(kit, { directory }) {
      const helper = join(directory, 'aws-keys');
      writeFileSync(helper, HELPER, { mode: 0o700 });
      kit.files['aws/config'] += `credential_process = ${helper}\n`;
      kit.files['aws/credentials'] = '';
    },
    check: 'dependencies',
    what: /credential_process \S+aws-keys runs kubectl, which needs the API of a cluster/,
    chain: /^AWS profile lab → credential_process \S+aws-keys → kubectl → the API of a cluster$/,
    next: /put keys that need nothing into aws\/credentials of the kit/,
  },
  {
    name: 'a bastion behind cluster DNS',
    plant(kit) {
      kit.cluster.via = ['ssh', 'openssh'];
      kit.files.ssh_config =
        'Host *\n  ProxyJump jump\nHost jump\n  HostName bastion.infra.prod.example\n  ProxyJump none\n';
    },
    check: 'dependencies',
    what: /bastion\.infra\.prod\.example is a name of c1, which only its own DNS knows/,
    chain: /^ssh_config → ProxyJump jump → HostName bastion\.infra\.prod\.example → a name of c1/,
    next: /use a bastion outside of every cluster, by its address/,
    also: ['access'],
  },
  {
    name: 'an expired key',
    plant(kit, { directory, sshd }) {
      const own = mkdtempSync(join(directory, 'keys-'));
      const ca = join(own, 'ca');
      newKeyFile(ca);
      const cert = signKey(
        ca,
        readFileSync(`${sshd.identity}.pub`, 'utf8').trim(),
        join(own, 'key'),
        '-V',
        '-2h:-1h',
      );
      kit.files['keys/id-cert.pub'] = readFileSync(cert, 'utf8');
    },
    check: 'keys',
    what: /keys\/id-cert\.pub: it expired at 20\S+Z/,
    next: /put a new one there; to read it: ssh-keygen -Lf \S+keys\/id-cert\.pub/,
  },
  {
    name: 'a loose file',
    plant(kit) {
      kit.afterwards = (path) => chmodSync(join(path, 'keys/id'), 0o644);
    },
    check: 'kit',
    what: /keys\/id is readable by others \(0644\)/,
    next: /^chmod 600 \S+keys\/id$/,
  },
  {
    name: 'a stale snapshot',
    plant(kit) {
      kit.fleet.takenAt = new Date(Date.now() - 10 * DAY_MS).toISOString();
    },
    check: 'snapshot',
    what: /the snapshot is 10 d old \(from file\); at most 7 d/,
    next: /fireaxe nodes -c c1 --discover --save/,
  },
  {
    name: 'a clock off by 10 minutes',
    plant(kit, { ahead, sshd }) {
      kit.fleet.nodes = kit.fleet.nodes.map((node) => ({ ...node, port: ahead.port }));
      kit.knownHosts = kit.knownHosts.map((line) =>
        line.replace(sshd.hostKey, ahead.hostKey).replace(`${sshd.port}`, `${ahead.port}`),
      );
    },
    check: 'clock',
    what: /the clock of this machine is (9m[345]\ds|10m0\ds) behind \d of \d clocks read/,
    next: /chronyc makestep/,
  },
  {
    name: 'a full disk',
    plant() {},
    fullDisk: true,
    check: 'disk',
    what: /journals cannot be written in \S+: no space left on device/,
    next: /df -h \S+; df -i \S+; or another place: export FIREAXE_STATE_DIR=DIR/,
  },
  {
    name: 'a missing host key',
    plant(kit) {
      kit.knownHosts.pop();
    },
    check: 'host-keys',
    what: /known_hosts has no key of n2 \(1 of 3 hosts\)/,
    next: /^fireaxe kit hosts -c /,
    also: ['access'],
  },
  {
    name: "a revoked permission on the lab's cloud",
    plant(_kit, { cloud }) {
      cloud.faults.refuse['ec2:StopInstances'] = 'UnauthorizedOperation';
    },
    check: 'permissions',
    what: /the AWS keys do not allow ec2:StopInstances \(DryRun\): scale and shrink would be refused/,
    next: /add to their policy: \{"Effect":"Allow","Action":"ec2:StopInstances"/,
  },
  {
    name: 'no drill for 91 days',
    plant(kit) {
      kit.drillAt = Date.now() - 91 * DAY_MS;
    },
    check: 'drill',
    what: /the last drill \(test\) was 91 d ago; at most 90 d/,
    next: /^fireaxe drill$/,
  },
];

describe.skipIf(noSshd)('fireaxe doctor', () => {
  let fireaxe: InProcess;
  let kits: string[] = [];

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fx-doctor-'));
    const bin = join(directory, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'date'),
      '#!/bin/sh\n[ "$*" = +%s ] || exec /bin/date "$@"\necho $(($(/bin/date +%s) + 600))\n',
      { mode: 0o755 },
    );
    const root = nodeRoot(join(directory, 'node'));
    world = {
      directory,
      sshd: await startSshd([], { FIREAXE_ROOT: root }),
      ahead: await startSshd([], { FIREAXE_ROOT: root, PATH: `${bin}:${process.env.PATH}` }),
      cloud: await createCloudEndpoint(fakeWorld(3), { perSecond: 1000, burst: 1000 }),
    };
    appendFileSync(join(world.ahead.dir, 'authorized'), readFileSync(`${world.sshd.identity}.pub`));
  });
  afterAll(async () => {
    await Promise.all([world.sshd.stop(), world.ahead.stop(), world.cloud.close()]);
    rmSync(world.directory, { recursive: true });
  });

  const before = () => {
    fireaxe = new InProcess();
  };
  const after = () => {
    fireaxe.close();
    for (const kit of kits) rmSync(kit, { recursive: true });
    kits = [];
    world.cloud.faults.refuse = {};
  };

  async function examine(
    faults: Fault[],
  ): Promise<{ code: number | null; reds: Finding[]; findings: Finding[] }> {
    before();
    try {
      const kit = openPath(world.sshd, world.cloud.url);
      for (const { plant } of faults) plant(kit, world);
      const path = await written(kit, fireaxe.env.FIREAXE_STATE_DIR);
      kits.push(path);
      // Nothing answers behind a name that nobody knows.
      const timeout = faults.some(({ name }) => name.includes('bastion')) ? ['--timeout', '8s'] : [];
      const args = ['doctor', ...timeout, '--output', 'json'];
      const full = faults.some(({ fullDisk }) => fullDisk);
      const { code, stdout, stderr } = full
        ? await onFullDisk(args, path)
        : await fireaxe.run(args, { kit: path });
      expect(stdout, stderr).toMatch(/^\{/);
      const { findings } = JSON.parse(stdout) as { findings: Finding[] };
      return { code, findings, reds: findings.filter(({ state }) => state === 'red') };
    } finally {
      after();
    }
  }

  /** In a process of its own: only there is the mount. */
  async function onFullDisk(args: string[], kit: string) {
    const command = new CommandLine();
    const state = join(command.directory, 'full');
    mkdirSync(state);
    const { FIREAXE_STATE_DIR: drills } = fireaxe.env;
    const mount = 'mount -t tmpfs -o size=64k none "$0" && cp "$1"/drills.ndjson "$0" && shift && exec "$@"';
    const fill = 'dd if=/dev/zero of="$0"/full 2>/dev/null; exec "$@"';
    const bundle = [process.execPath, command.bin, ...args];
    const words = [...MOUNTS, 'sh', '-c', mount, state, drills, 'sh', '-c', fill, state, ...bundle];
    const env = { ...command.env, FIREAXE_KIT: kit, FIREAXE_STATE_DIR: state };
    // The cloud answers in this process meanwhile.
    const child = spawn('unshare', words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk) => (said[name] += chunk));
    const code = await new Promise<number | null>((done) => child.once('close', done));
    command.close();
    return { ...said, code };
  }

  const named = ({ check, what, next, chain }: Fault, reds: Finding[]) => {
    const found = reds.filter((one) => one.check === check && what.test(one.what));
    expect(found, JSON.stringify(reds, null, 1)).toHaveLength(1);
    expect(found[0]!.next).toMatch(next);
    if (chain) expect(found[0]!.chain!.join(' → ')).toMatch(chain);
  };

  it('is green where the path is open', async () => {
    const { code, findings } = await examine([]);
    expect(findings.filter(({ state }) => state !== 'green')).toEqual([]);
    expect(code).toBe(0);
    expect(new Set(findings.map(({ check }) => check)).size).toBe(14);
  });

  // A full disk is mounted for a process of its own: once is enough.
  it.each(FAULTS.filter(({ fullDisk }) => !fullDisk))('names $name, and its mend', async (fault) => {
    const { code, reds } = await examine([fault]);
    named(fault, reds);
    expect(code).toBe(3);
    // Nothing else is red.
    const others = reds.filter(({ check }) => check !== fault.check && !fault.also?.includes(check));
    expect(others).toEqual([]);
  });

  it('names the helper that the admin credentials of an API host need', async () => {
    const file = join(world.directory, 'node/etc/kubernetes/admin.conf');
    const user =
      '- name: admin\n  user:\n    exec:\n      apiVersion: v1\n      command: /opt/oidc-login\n      args: [get]\n';
    writeFileSync(file, `apiVersion: v1\nkind: Config\nusers:\n${user}current-context: x\n`);
    const { reds } = await examine([]);
    rmSync(file);
    expect(reds).toMatchObject([
      {
        check: 'dependencies',
        chain: ['kubectl and scale', 'cp-1:/etc/kubernetes/admin.conf', 'exec /opt/oidc-login'],
      },
    ]);
  });

  it.skipIf(noMounts)('names all ten at once', async () => {
    const { code, reds } = await examine(FAULTS);
    for (const fault of FAULTS) named(fault, reds);
    expect(code).toBe(3);
  });
});
