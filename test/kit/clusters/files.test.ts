import { chmodSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { clusterNamed } from '../../../src/kit/cluster-named.ts';
import { kitOf } from '../../../src/kit/clusters/opened.ts';
import { knownHostsOf } from '../../../src/kit/known-hosts.ts';
import { openKit } from '../../../src/kit/open.ts';
import { fleetOf, makeKit, NODES } from '../make-kit.ts';

let path = '';
afterEach(() => rmSync(path, { recursive: true }));

const DEFAULTS = `schemaVersion: 1
defaults:
  labels: { env: prod }
  ssh: { user: core, identity: keys/id, jump: b1 }
  bastions:
    b1: { address: 203.0.113.5 }
`;

const fleets = (...names: string[]) =>
  Object.fromEntries(
    names.map((name) => [
      `fleet/${name}.json`,
      JSON.stringify(
        fleetOf(
          NODES.map((node) => ({ ...node, cluster: name })),
          name,
        ),
      ),
    ]),
  );

function kit(files: Record<string, string>): string {
  const names = Object.keys(files).flatMap((file) => /^clusters\/(.*)\.ya?ml$/.exec(file)?.[1] ?? []);
  path = makeKit({ 'kit.yaml': DEFAULTS, ...fleets(...names), ...files });
  return path;
}

const whyNot = async (name: string) => {
  const { index } = await openKit(path, { clusters: 'none' });
  return index!.find((entry) => entry.name === name)?.problem;
};

describe('clusters in one file each', () => {
  it('have the defaults, and what they say themselves', async () => {
    kit({
      'clusters/a.yaml': 'order: 2\nsize: 3000\nlabels: { tier: 1 }\n',
      'clusters/b.yml': 'ssh: { jump: , port: 2222 }\n',
    });
    const opened = await openKit(path);
    expect(opened.index).toEqual([
      { name: 'a', labels: { env: 'prod', tier: '1' }, order: 2, size: 3000 },
      { name: 'b', labels: { env: 'prod' } },
    ]);
    expect(opened.clusters.a).toMatchObject({ ssh: { user: 'core', port: 22, jump: 'b1' } });
    expect(opened.clusters.b!.ssh).toEqual({
      user: 'core',
      port: 2222,
      useAgent: false,
      sudo: true,
      identity: join(path, 'keys/id'),
    });
  });

  it('may be empty, and stand beside those of kit.yaml', async () => {
    kit({ 'kit.yaml': `${DEFAULTS}clusters:\n  c1: { order: 1 }\n`, 'clusters/a.yaml': '' });
    const opened = await openKit(path);
    expect(Object.keys(opened.clusters)).toEqual(['c1', 'a']);
    expect(opened.clusters.a).toMatchObject({ ssh: { user: 'core' }, fleet: { cluster: 'a' } });
  });

  it('are all opened lazily: nobody reads a snapshot that nobody needs', async () => {
    kit({ 'clusters/a.yaml': '', 'clusters/b.yaml': '', 'fleet/b.json': '{' });
    const whole = await openKit(path, { clusters: 'none' });
    expect(whole.clusters).toEqual({});
    const alone = await kitOf(whole, 'a');
    expect(Object.keys(alone.clusters)).toEqual(['a']);
    await expect(kitOf(whole, 'b')).rejects.toThrow();
    expect(whole.clusters).toEqual({});
    expect(() => clusterNamed(whole, 'a')).toThrow('was not opened');
    expect(clusterNamed(whole, 'c')).toBeUndefined();
  });

  it('may have known_hosts of their own', async () => {
    kit({
      'clusters/a.yaml': '',
      'clusters/b.yaml': 'knownHosts: [b.hosts]\n',
      'known_hosts.d/a': '',
      'b.hosts': '',
    });
    const whole = await openKit(path, { clusters: 'none' });
    const hosts = async (name: string) => knownHostsOf(await kitOf(whole, name));
    expect(await hosts('a')).toEqual([join(path, 'known_hosts'), join(path, 'known_hosts.d/a')]);
    expect(await hosts('b')).toEqual([join(path, 'known_hosts'), join(path, 'b.hosts')]);
  });
});

describe('a mistake in the file of one cluster is told with its place, and is of that cluster alone', () => {
  it.each([
    ['broken YAML', 'ssh: [\n', 'b.yaml:2:1', /./],
    ['an unknown key', 'via: [ssh]\nshs: {}\n', 'b.yaml:2:1', /unknown key shs/],
    ['an unknown key within', 'ssh: { usr: core }\n', 'b.yaml:1:8', /unknown key usr in ssh/],
    ['a wrong value', 'ssh: { port: 0 }\n', 'b.yaml:1:14', /ssh.port: not a port/],
    ['an alias', 'ssh: &a { port: 1 }\n', 'b.yaml:1:', /anchors/],
    ['a label that no selector could name', 'labels: { env: "a b" }\n', 'b.yaml:1:16', /not a label value/],
    ['a list', '- a\n', 'b.yaml:1:1', /./],
  ])('%s', async (_, text, place, message) => {
    kit({ 'clusters/a.yaml': '', 'clusters/b.yaml': text });
    const opened = await openKit(path);
    expect(Object.keys(opened.clusters)).toEqual(['a']);
    expect(await whyNot('b')).toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
      place: expect.stringContaining(join(path, 'clusters', place)),
    });
  });

  it('the same name twice', async () => {
    kit({ 'kit.yaml': `${DEFAULTS}clusters:\n  b: {}\n`, 'clusters/a.yaml': '', 'clusters/b.yaml': '' });
    expect(Object.keys((await openKit(path)).clusters)).toEqual(['a']);
    expect(await whyNot('b')).toMatchObject({
      message: 'the cluster b is defined twice',
      place: join(path, 'clusters/b.yaml'),
      expected: expect.stringContaining('kit.yaml:8:3'),
    });
    kit({ 'clusters/a.yaml': '', 'clusters/b.yaml': '', 'clusters/b.yml': '' });
    expect(await whyNot('b')).toMatchObject({ message: 'the cluster b is defined twice' });
  });

  it('an invalid name, or a directory', async () => {
    kit({ 'clusters/a.yaml': '', 'clusters/-x.yaml': '', 'clusters/d.yaml/x': '' });
    expect(await whyNot('-x')).toMatchObject({ message: 'not the name of a cluster' });
    expect(await whyNot('d')).toMatchObject({ message: 'not a file: a directory' });
  });
});

describe('a mistake in the defaults is one of the whole kit', () => {
  it.each([
    ['an unknown key', 'ssh: { usr: core }', '3:10', /unknown key usr in defaults.ssh/],
    ['a wrong value', 'ssh: { port: 0 }', '3:16', /defaults.ssh.port: not a port/],
    ['a snapshot for all', 'fleet: f.json', '3:3', /unknown key fleet in defaults/],
    ['drills for all', 'drills: allowed', '3:3', /unknown key drills in defaults/],
    ['no map', '[a]', '3:3', /defaults/],
  ])('%s', async (_, line, place, message) => {
    kit({ 'kit.yaml': `schemaVersion: 1\ndefaults:\n  ${line}\n`, 'clusters/a.yaml': '' });
    await expect(openKit(path)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(message),
      place: expect.stringContaining(`kit.yaml:${place}`),
    });
  });

  it('but what is missing there, each cluster may say', async () => {
    kit({
      'kit.yaml': 'schemaVersion: 1\ndefaults:\n  cloud: { profile: p }\n  ssh: { identity: keys/id }\n',
      'clusters/a.yaml': 'cloud: { region: us-west-2 }\n',
      'clusters/b.yaml': '',
    });
    expect((await openKit(path)).clusters.a).toMatchObject({ cloud: { profile: 'p', region: 'us-west-2' } });
    expect(await whyNot('b')).toMatchObject({
      message: expect.stringContaining('missing region'),
      place: expect.stringContaining('clusters/b.yaml:1:1'),
    });
  });

  it('a kit without any cluster is refused', async () => {
    path = makeKit({ 'kit.yaml': 'schemaVersion: 1\n' });
    await expect(openKit(path)).rejects.toMatchObject({ message: 'no cluster in the kit' });
  });
});

describe('the files of clusters are guarded as kit.yaml is', () => {
  it('refuses one that others may write', async () => {
    kit({ 'clusters/a.yaml': '' });
    chmodSync(join(path, 'clusters/a.yaml'), 0o666);
    await expect(openKit(path, { clusters: 'none' })).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('clusters/a.yaml is writable by others'),
    });
  });

  it('refuses one that is a link out of the kit', async () => {
    kit({ 'clusters/a.yaml': '' });
    symlinkSync('/etc/hostname', join(path, 'clusters/b.yaml'));
    await expect(openKit(path, { clusters: 'none' })).rejects.toMatchObject({
      message: expect.stringContaining('clusters/b.yaml is a symbolic link that leads out of the kit'),
    });
  });

  it('refuses a key that others may read, also where only the defaults name it', async () => {
    kit({ 'kit.yaml': DEFAULTS.replace('keys/id', 'secret'), 'clusters/a.yaml': '', secret: '' });
    chmodSync(join(path, 'secret'), 0o644);
    await expect(openKit(path, { clusters: 'none' })).rejects.toMatchObject({
      message: expect.stringContaining('secret is readable by others'),
    });
  });
});
