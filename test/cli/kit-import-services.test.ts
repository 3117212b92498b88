import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

    const later = list(API, service('web', '10.96.0.8'));
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
      stderr: expect.stringMatching(/none of their nodes \(other-1\) is in the fleet of c1.*--replace/s),
    });
    expect(existsSync(file())).toBe(false);
    expect(await take('--kubectl', list(API, slice('n1')), '--yes')).toMatchObject({ code: 0 });
    const foreign = list(service('kubernetes', '10.100.0.1'));
    expect(await take('--kubectl', foreign, '--yes')).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('kubernetes.default has the address 10.100.0.1, and had 10.96.0.1'),
    });
    expect(saved().services[0]).toMatchObject({ addresses: ['10.96.0.1'] });
    expect(await take('--kubectl', foreign, '--yes', '--replace')).toMatchObject({ code: 0 });
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
