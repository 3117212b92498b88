import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { openKit } from '../../src/kit/open.ts';
import { targetsOf } from '../../src/kit/targets.ts';
import { newKeyFile } from '../transport/sshd.ts';
import { InProcess } from './in-process.ts';
import { typing } from './typing.ts';

let cli: InProcess;
let key = '';
let count = 0;
const place = () => join(cli.directory, `kit-${count++}`);
beforeAll(() => {
  cli = new InProcess();
  key = join(cli.directory, 'id');
  newKeyFile(key);
});
afterAll(() => cli?.close());

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const filesIn = (directory: string) =>
  (readdirSync(directory, { recursive: true }) as string[])
    .sort()
    .map((name) => [name, modeOf(join(directory, name))]);

describe('kit init', () => {
  it('writes a kit that opens, each file for its owner alone', async () => {
    const kit = place();
    const flags = ['-c', 'prod-1', '--user', 'core', '--port', '2222', '--identity', key];
    const { code, stdout, stderr } = await cli.run([
      'kit',
      'init',
      kit,
      ...flags,
      '--jump',
      'jump@203.0.113.5:22',
    ]);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('next: ') });
    expect(stdout).toContain(`${kit}: a kit with the cluster prod-1`);
    expect(modeOf(kit)).toBe('700');
    expect(filesIn(kit)).toEqual([
      ['fleet', '700'],
      ['fleet/prod-1.json', '600'],
      ['keys', '700'],
      ['keys/prod-1', '600'],
      ['keys/prod-1.pub', '600'],
      ['kit.yaml', '600'],
      ['known_hosts', '600'],
      ['schemas', '700'],
      ['schemas/cluster.schema.json', '600'],
      ['schemas/kit.schema.json', '600'],
      ['schemas/playbook.schema.json', '600'],
    ]);
    const { clusters } = await openKit(kit);
    const [node] = targetsOf(clusters['prod-1']!);
    expect(node).toMatchObject({
      name: 'example-cp-1',
      address: '192.0.2.11',
      port: 2222,
      ssh: {
        user: 'core',
        identity: join(kit, 'keys/prod-1'),
        jump: { address: '203.0.113.5', user: 'jump', port: 22 },
      },
    });
    expect(readFileSync(join(kit, 'kit.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=schemas\/kit\.schema\.json\n# The kit of Fireaxe/,
    );
    expect((await cli.run(['nodes'], { kit })).code).toBe(0);
  });

  it.each([
    ['a key', (kit: string) => [kit, '--identity', key]],
    ['the agent', (kit: string) => [kit, '--agent']],
    ['a cloud', (kit: string) => [kit, '--region', 'eu-central-1', '--profile', 'break: "glass"']],
    [
      'everything',
      (kit: string) => [kit, '--identity', key, '--agent', '--jump', '2001:db8::1', '--region', 'x-1'],
    ],
  ])('with %s opens with every cluster', async (_, words) => {
    const kit = place();
    expect(await cli.run(['kit', 'init', ...words(kit)])).toMatchObject({ code: 0 });
    const opened = await openKit(kit);
    expect(opened.unopened).toBeUndefined();
    expect(opened.clusters['prod-1']!.fleet.nodes).toHaveLength(3);
  });

  it('asks at a terminal for what no flag gave', async () => {
    const kit = place();
    const io = typing(['eu-1', '', key, 'jump@[2001:db8::5]:2200', ''], cli.env);
    expect(await runCommandLine(['kit', 'init', kit], io)).toBe(0);
    expect(io.said()).toContain('Login on its nodes [root]: ');
    expect((await openKit(kit)).clusters['eu-1']).toMatchObject({
      ssh: { user: 'root', identity: join(kit, 'keys/eu-1') },
      bastions: { 'bastion-a': { address: '2001:db8::5', port: 2200, user: 'jump' } },
    });
  });

  it('names every mistake at once, and makes nothing', async () => {
    const kit = place();
    const flags = [
      '-c',
      'a/b',
      '--user',
      '-x',
      '--port',
      '0',
      '--identity',
      '/nowhere',
      '--jump',
      'bastion.example.com',
    ];
    const { code, stderr } = await cli.run([
      'kit',
      'init',
      kit,
      ...flags,
      '--region',
      'US WEST',
      '--profile',
      'x',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('6 mistakes; no kit was made');
    for (const flag of ['--cluster: ', '--user: ', '--port: ', '--identity: ', '--jump: ', '--region: '])
      expect(stderr).toContain(`\n      ${flag}`);
    expect(existsSync(kit)).toBe(false);
  });

  it('without a way to log in names the flags', async () => {
    const { code, stderr } = await cli.run(['kit', 'init', place()]);
    expect(code).toBe(2);
    expect(stderr).toContain('no way to log in');
    expect(stderr).toContain('--agent or --region');
  });

  it('never overwrites: a kit, a file, a directory with anything in it', async () => {
    const kit = place();
    expect((await cli.run(['kit', 'init', kit, '--agent'])).code).toBe(0);
    const before = filesIn(kit).map(([name]) => [name, statSync(join(kit, name!)).mtimeMs]);
    expect(await cli.run(['kit', 'init', kit, '--agent', '-c', 'other'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/there is a kit already[\s\S]*next: fireaxe clusters --kit/),
    });
    expect(filesIn(kit).map(([name]) => [name, statSync(join(kit, name!)).mtimeMs])).toEqual(before);
    const file = place();
    writeFileSync(file, 'mine');
    expect((await cli.run(['kit', 'init', file, '--agent'])).stderr).toContain('it is a file');
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const full = place();
    mkdirSync(full);
    writeFileSync(join(full, 'notes'), 'mine');
    expect((await cli.run(['kit', 'init', full, '--agent'])).stderr).toContain(
      'the directory is not empty (notes)',
    );
  });

  it('takes an empty directory whatever its mode, and refuses one that others could replace', async () => {
    const kit = place();
    mkdirSync(kit);
    chmodSync(kit, 0o777);
    expect((await cli.run(['kit', 'init', kit, '--agent'])).code).toBe(0);
    expect(modeOf(kit)).toBe('700');
    const above = place();
    mkdirSync(above);
    chmodSync(above, 0o777);
    const { code, stderr } = await cli.run([
      'kit',
      'init',
      join(above, 'deep/kit'),
      '--agent',
      '--port',
      '70000',
    ]);
    expect(code).toBe(4);
    expect(stderr).toContain(`chmod go-w ${above}`);
    expect(stderr).toContain('--port: ');
    expect(readdirSync(above)).toEqual([]);
  });

  it('removes what it wrote where the kit cannot be finished', async () => {
    const kit = place();
    mkdirSync(kit);
    const { writeKit } = await import('../../src/kit/init/write.ts');
    const files = [
      { name: 'kit.yaml', content: 'x' },
      { name: 'keys/a', content: 'x' },
    ];
    const check = () => Promise.reject(new Error('no'));
    await expect(writeKit(kit, files, check)).rejects.toThrow('no');
    expect(readdirSync(kit)).toEqual([]);
    const another = async () => writeFileSync(join(kit, 'kit.yaml'), 'theirs');
    await another();
    await expect(writeKit(kit, files, check)).rejects.toThrow('another process');
    expect(readFileSync(join(kit, 'kit.yaml'), 'utf8')).toBe('theirs');
    expect(readdirSync(kit)).toEqual(['kit.yaml']);
  });
});

describe('verbs of two words', () => {
  it.each([
    [['kit'], 2, /missing a word after kit\n.*one of kit init, .*\n.*next: fireaxe kit --help/],
    [['kit', 'nope'], 2, /unknown verb "kit nope"[\s\S]*next: fireaxe kit --help/],
    [
      ['playbooks'],
      2,
      /missing a word after playbooks\n.*one of playbooks list, .*\n.*next: fireaxe playbooks --help/,
    ],
    [['kit', 'inti'], 2, /next: fireaxe kit init --help/],
    [['kit', '--help'], 0, /fireaxe kit init /],
    [['help', 'kit'], 0, /fireaxe kit init /],
  ])('%j', async (words, code, said) => {
    const ended = await cli.run(words);
    expect(ended.code).toBe(code);
    expect(ended.stdout + ended.stderr).toMatch(said);
  });
});
