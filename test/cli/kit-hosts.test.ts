import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { fakeWorld, instanceId } from '../drill/cloud/fake-world.ts';
import { fleetOf, KIT_YAML, makeKit, NODES } from '../kit/make-kit.ts';
import { newKeyFile } from '../transport/sshd.ts';
import { cloudKit } from './cloud-kit.ts';
import { InProcess } from './in-process.ts';

let cli: InProcess;
/** Public keys, `ssh-ed25519 AAAA…`. */
let keys: string[] = [];
let kit = '';
let count = 0;
const kits: string[] = [];
const write = (text: string): string => {
  const path = join(cli.directory, `known-${count++}`);
  writeFileSync(path, text);
  return path;
};
beforeAll(() => {
  cli = new InProcess();
  keys = [0, 1, 2, 3].map((n) => newKeyFile(join(cli.directory, `key-${n}`)));
});
beforeEach(() => {
  const nodes = [
    { ...NODES[0], port: undefined, address: '10.0.0.11' },
    { ...NODES[1], port: 2222, address: '10.0.0.21', labels: { hostname: 'n1.example.com' } },
    { ...NODES[2], port: undefined, address: '2001:db8::22', hostKeyAlias: 'n2.example.com' },
  ];
  kit = makeKit({ 'fleet/c1.json': JSON.stringify(fleetOf(nodes)) });
  kits.push(kit);
});
afterAll(() => {
  cli?.close();
  for (const path of kits) rmSync(path, { recursive: true });
});
const hosts = (...words: string[]) => cli.run(['kit', 'hosts', ...words], { kit });
const written = () => readFileSync(join(kit, 'known_hosts.d/c1'), 'utf8');
const shaOf = (n: number) =>
  execFileSync('ssh-keygen', ['-lf', join(cli.directory, `key-${n}.pub`)], { encoding: 'utf8' }).split(
    ' ',
  )[1]!;

describe('kit hosts from known_hosts', () => {
  it('finds plain, hashed and ported names, shows fingerprints, and writes them by the kit’s own names', async () => {
    const file = write(
      `10.0.0.11 ${keys[0]}\n[n1.example.com]:2222 ${keys[1]}\nn2.example.com ${keys[2]}\n10.0.0.21 ${keys[3]}\n`,
    );
    execFileSync('ssh-keygen', ['-qHf', file], { stdio: 'ignore' });
    const { code, stdout, stderr } = await hosts('--known-hosts', file, '--yes');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    for (const n of [0, 1, 2]) expect(stdout).toContain(shaOf(n));
    expect(stdout).not.toContain(shaOf(3));
    expect(
      written()
        .split('\n')
        .map((line) => line.split(' ').slice(0, 3).join(' ')),
    ).toEqual([`10.0.0.11 ${keys[0]}`, `[10.0.0.21]:2222 ${keys[1]}`, `n2.example.com ${keys[2]}`, '']);
    const found = execFileSync('ssh-keygen', ['-F', '[10.0.0.21]:2222', '-f', join(kit, 'known_hosts.d/c1')]);
    expect(found.toString()).toContain(keys[1]);
    expect(await hosts('--known-hosts', file)).toMatchObject({
      code: 0,
      stdout: 'c1: nothing new; 3 of 3 hosts have keys\n',
    });
  });

  it('names the hosts that are left without a key, with exit 3, and never takes a short name for one', async () => {
    const file = write(
      `[n1]:2222 ${keys[1]}\ncp-1 ${keys[0]}\n10.0.0.11 ${keys[0]}\n@revoked * ${keys[0]}\n`,
    );
    const { code, stderr } = await hosts('--known-hosts', file, '--yes');
    expect(code).toBe(3);
    expect(stderr).toContain(`no key of cp-1,n[1-2] in ${file}`);
    expect(existsSync(join(kit, 'known_hosts.d'))).toBe(false);
  });

  it('never puts a key in the place of another', async () => {
    mkdirSync(join(kit, 'known_hosts.d'), { mode: 0o700 });
    writeFileSync(join(kit, 'known_hosts.d/c1'), `# mine\n10.0.0.11 ${keys[3]}`, { mode: 0o600 });
    const file = write(`10.0.0.11 ${keys[0]}\n[10.0.0.21]:2222 ${keys[1]}\nn2.example.com ${keys[2]}\n`);
    const { code, stderr } = await hosts('--known-hosts', file, '--yes');
    expect(code).toBe(3);
    expect(stderr).toContain(
      `cp-1: not written: ssh-ed25519 ${shaOf(0)} (${file}:1) is not the key of ${kit}/known_hosts.d/c1:2`,
    );
    expect(stderr).toContain(`ssh-keygen -R 10.0.0.11 -f ${kit}/known_hosts.d/c1`);
    expect(
      written()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(['#', '10.0.0.11', '[10.0.0.21]:2222', 'n2.example.com', '']);
  });

  it('writes nothing where two sources contradict each other, nor unasked, nor dry', async () => {
    const [one, two] = [write(`10.0.0.11 ${keys[0]}\n`), write(`10.0.0.11 ${keys[1]}\n`)];
    const both = await hosts('--known-hosts', one, '--known-hosts', two, '--yes', '--nodes', 'cp-1');
    expect(both).toMatchObject({ code: 3, stderr: expect.stringContaining(`is not the key of ${one}:1`) });
    expect(await hosts('--known-hosts', one, '--nodes', 'cp-1')).toMatchObject({ code: 5 });
    expect(await hosts('--known-hosts', one, '--nodes', 'cp-1', '--dry-run')).toMatchObject({ code: 0 });
    expect(existsSync(join(kit, 'known_hosts.d'))).toBe(false);
  });

  it('skips lines with a mistake, and says so; hostile comments stay one line', async () => {
    const file = write(`10.0.0.11 ssh-ed25519 AAAA\n10.0.0.11 ${keys[0]} x\r\n`);
    const { stderr } = await hosts('--known-hosts', file, '--nodes', 'cp-1', '--yes');
    expect(stderr).toContain(`${file}:1: skipped: `);
    expect(written().split('\n')).toHaveLength(2);
  });
});

describe('kit hosts from a scan', () => {
  it('is written only after the fingerprints were confirmed: --yes is not enough', async () => {
    const scan = write(`# 10.0.0.11:22 SSH-2.0-OpenSSH\n10.0.0.11 ${keys[0]}\n[10.0.0.21]:2222 ${keys[1]}\n`);
    const some = ['--scan', scan, '--nodes', 'cp-1,n1'];
    expect(await hosts(...some, '--yes')).toMatchObject({
      code: 5,
      stdout: expect.stringContaining(shaOf(0)),
      stderr: expect.stringContaining('--confirm "c1 2"'),
    });
    expect(await hosts(...some, '--confirm', 'c1 3')).toMatchObject({ code: 5 });
    expect(existsSync(join(kit, 'known_hosts.d'))).toBe(false);
    expect(await hosts(...some, '--confirm', 'c1 2')).toMatchObject({ code: 0 });
    expect(written()).toContain(`10.0.0.11 ${keys[0]}`);
  });
});

describe('kit hosts from the cloud', () => {
  const nodes = [0, 1].map((n) => ({
    ...NODES[n]!,
    port: 22,
    address: `10.0.1.${n + 1}`,
    instanceId: instanceId(n),
  }));
  const yaml = KIT_YAML.replace(
    '    bastions:',
    '    cloud: { profile: lab, region: us-west-2 }\n    bastions:',
  );

  it('takes what the nodes print over SSM, and what cloud-init wrote to their consoles', async () => {
    const world = fakeWorld(2, (machine) => {
      machine.tags['kubernetes.io/cluster/c1'] = 'owned';
    });
    world.answer = (id, text) => {
      const value = (name: string) => new RegExp(`^${name}='?([^'\\n]*)`, 'm').exec(text)?.[1];
      const result = { fireaxe: 1, nonce: value('FX_NONCE'), op: value('FX_OP'), state: 'ok' };
      const printed = id === instanceId(0) ? `${keys[0]} root@x` : 'no keys here';
      return { code: 0, stdout: `${printed}\n${JSON.stringify(result)}\n`, stderr: '' };
    };
    const block = (key: string) =>
      `[   12.3] cloud-init[812]: -----BEGIN SSH HOST KEY KEYS-----\r\n${key} root@n1\r\n-----END SSH HOST KEY KEYS-----\r\n`;
    let console = block(keys[1]!);
    Object.assign(world, {
      console: (id: string) => (id === instanceId(1) ? `boot\r\n${console}login: ` : ''),
    });
    const cloud = await createCloudEndpoint(world, { perSecond: 1000, burst: 1000, deliveryMs: 1 });
    try {
      kit = cloudKit(cloud.url, {
        files: { 'kit.yaml': yaml, 'fleet/c1.json': JSON.stringify(fleetOf(nodes)) },
      });
      kits.push(kit);
      const ssm = await hosts('--ssm', '--yes');
      expect(ssm).toMatchObject({ code: 3, stderr: expect.stringContaining('no key of n1 in SSM') });
      expect(written()).toBe(`10.0.1.1 ${keys[0]} cp-1 from ssm\n`);
      console = block(keys[1]!) + block(keys[2]!);
      const forged = await hosts('--console', '--yes', '--nodes', 'n1');
      expect(forged).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('different keys of one type'),
      });
      console = block(keys[1]!) + block(keys[1]!);
      expect(await hosts('--console', '--yes')).toMatchObject({ code: 0 });
      expect(written()).toContain(`10.0.1.2 ${keys[1]} n1 from console\n`);
    } finally {
      await cloud.close();
    }
  });

  it('is refused for a cluster without one', async () => {
    expect(await hosts('--ssm')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('c1 has no cloud'),
    });
  });
});
