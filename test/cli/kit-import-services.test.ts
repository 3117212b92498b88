import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServicesSnapshot } from '../../src/kit/services/types.ts';
import { InProcess } from './in-process.ts';

let cli: InProcess;
let count = 0;
let kit = '';
beforeAll(() => {
  cli = new InProcess();
});
afterAll(() => cli?.close());

async function newKit(): Promise<void> {
  kit = join(cli.directory, `kit-${count++}`);
  await cli.run(['kit', 'init', kit, '-c', 'c1', '--agent']);
}
const take = (...words: string[]) => cli.run(['kit', 'import', 'services', ...words], { kit });
const file = () => join(kit, 'services/c1.json');
const saved = (): ServicesSnapshot => JSON.parse(readFileSync(file(), 'utf8'));

const service = (name: string, clusterIP: string) => ({
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { clusterIP },
});
const slice = (nodeName: string) => ({
  kind: 'EndpointSlice',
  metadata: { name: 's', namespace: 'default', labels: { 'kubernetes.io/service-name': 'db' } },
  endpoints: [{ addresses: ['10.244.0.7'], nodeName }],
});
const API = service('kubernetes', '10.96.0.1');
const list = (...items: object[]): string => {
  const path = join(cli.directory, 'svc.json');
  writeFileSync(path, JSON.stringify({ kind: 'List', items }));
  return path;
};

describe('kit import services', () => {
  it('shows the difference, asks, and writes all of it beside the fleet', async () => {
    await newKit();
    const source = list(API, service('web', '10.96.0.7'), service('db', 'None'), slice('n1'));
    expect(await take('--kubectl', source)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('add --yes'),
    });
    expect(await take('--kubectl', source, '--dry-run')).toMatchObject({ code: 0 });
    expect(existsSync(file())).toBe(false);
    const { code, stdout, stderr } = await take('--kubectl', source, '--yes');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout.split('\n')).toEqual([
      '+ db.default  headless: 10.244.0.7',
      '+ kubernetes.default  10.96.0.1',
      '+ web.default  10.96.0.7',
      'c1: 3 services (1 headless, 0 ExternalName) from kubectl:svc.json: 3 new',
      '',
    ]);
    expect(saved()).toMatchObject({ cluster: 'c1', source: 'kubectl:svc.json' });
    expect((statSync(file()).mode & 0o777).toString(8)).toBe('600');
    expect((await cli.run(['nodes'], { kit })).code).toBe(0);

    const later = list(API, service('web', '10.96.0.8'), slice('n1'));
    const json = await take('--kubectl', later, '--yes', '--output', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      cluster: 'c1',
      services: 2,
      clusterIP: 2,
      headless: 0,
      externalName: 0,
      written: true,
      changes: { new: 0, gone: 1, changed: 1 },
    });
  });

  it('without a change renews the age of the snapshot, and asks nothing', async () => {
    await newKit();
    await take('--kubectl', list(API), '--yes');
    writeFileSync(file(), JSON.stringify({ ...saved(), takenAt: '2020-01-01T00:00:00Z' }));
    expect(await take('--kubectl', list(API))).toMatchObject({
      code: 0,
      stdout: 'c1: 1 services (0 headless, 0 ExternalName) from kubectl:svc.json: nothing changes\n',
    });
    expect(Date.parse(saved().takenAt)).toBeGreaterThan(Date.now() - 600_000);
  });

  it('refuses the services of another cluster, by their nodes and by the address of the API', async () => {
    await newKit();
    const nodes = join(cli.directory, 'nodes.csv');
    writeFileSync(nodes, 'name,address,roles\nn1,10.0.0.11,control-plane\n');
    await cli.run(['kit', 'import', '--csv', nodes, '--yes'], { kit });
    expect(await take('--kubectl', list(API, slice('other-1')), '--yes')).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(
        /of the 1 nodes that it names the fleet of c1 lacks 1: other-1.*--replace/s,
      ),
    });
    expect(existsSync(file())).toBe(false);
    expect(await take('--kubectl', list(API, slice('n1')), '--yes')).toMatchObject({ code: 0 });
    const foreign = list(service('kubernetes', '10.100.0.1'));
    expect(await take('--kubectl', foreign, '--yes')).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('kubernetes.default has the address 10.100.0.1, and had 10.96.0.1'),
    });
    expect(saved().services[0]).toMatchObject({ addresses: ['10.96.0.1'] });
    const told = await take('--kubectl', foreign, '--yes', '--replace');
    expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('1 changed') });
  });

  it('refuses a part of the services, and says how to take it all the same', async () => {
    await newKit();
    const others = ['a', 'b', 'c', 'd', 'e'].map((name, i) => service(name, `10.96.1.${i}`));
    await take('--kubectl', list(API, ...others, service('db', 'None'), slice('n1')), '--yes');
    const all = saved();
    for (const [part, why] of [
      [[API, others[0]!, slice('n1')], '5 of the 7 services of the last snapshot are not in it'],
      [[API, ...others, service('db', 'None')], 'no EndpointSlice, and 1 headless services had addresses'],
    ] as const)
      expect(await take('--kubectl', list(...part), '--yes')).toMatchObject({
        code: 7,
        stderr: expect.stringMatching(new RegExp(`a part of the services: .*${why}.*--replace`, 's')),
      });
    expect(saved()).toEqual(all);
    expect(await take('--kubectl', list(API), '--dry-run', '--replace')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('6 gone'),
    });
  });

  it('takes a file to be as old as its last change', async () => {
    await newKit();
    const source = list(API);
    utimesSync(source, 1_700_000_000, 1_700_000_000);
    await take('--kubectl', source, '--yes');
    expect(saved().takenAt).toBe('2023-11-14T22:13:20.000Z');
    utimesSync(source, 4_000_000_000, 4_000_000_000);
    await take('--kubectl', source, '--yes');
    expect(Date.parse(saved().takenAt)).toBeLessThanOrEqual(Date.now());
  });

  it('refuses what is not a file where the snapshot belongs, also with --replace', async () => {
    await newKit();
    mkdirSync(join(kit, 'services'), { mode: 0o700 });
    execFileSync('mkfifo', [file()]);
    for (const more of [[], ['--replace']])
      expect(await take('--kubectl', list(API), '--yes', ...more)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/not a file[\s\S]*c1\.json/),
      });
  });

  it.each([
    [['--kubectl', 'missing.json'], 'the file cannot be read (ENOENT)'],
    [[], 'nothing to import from'],
    [['--csv', 'a.csv'], '--csv is for nodes, not for services'],
    [['--kubectl', '-', '--role', 'worker=a'], '--role is for nodes, not for services'],
    [['--kubectl', '-', '--context', 'x'], 'one source at a time, not --kubectl and --context'],
  ])('refuses %j', async (words, message) => {
    await newKit();
    expect(await take(...words)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it('refuses another word, and what is not a snapshot in the kit', async () => {
    await newKit();
    expect(await cli.run(['kit', 'import', 'pods'], { kit })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('expected: nodes or services'),
    });
    mkdirSync(join(kit, 'services'), { mode: 0o700 });
    for (const [text, message] of [
      ['', 'the file is empty'],
      ['{"schemaVersion": 1}', 'mistakes in the snapshot of services'],
      [
        '{"schemaVersion": 1, "cluster": "c2", "takenAt": "2026-11-30T00:00:00Z", "source": "x", "services": [\n{"name": "a", "namespace": "b", "addresses": ["10.0.0.1"]}]}',
        'c2 is not c1',
      ],
      [
        '{"schemaVersion": 1, "cluster": "c1", "takenAt": "2026-11-30T00:00:00Z", "source": "x", "services": [\n{"name": "a", "namespace": "b", "addresses": ["10.0.0"]}]}',
        'services/c1.json:2:1',
      ],
    ] as const) {
      writeFileSync(file(), text, { mode: 0o600 });
      expect(await take('--kubectl', list(API), '--yes'), text).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(message),
      });
    }
    expect(await take('--kubectl', list(API), '--yes', '--replace')).toMatchObject({ code: 0 });
  });
});
