import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openKit } from '../../src/kit/open.ts';
import { fleetOf, KIT_YAML, makeKit, NODES } from './make-kit.ts';

const kits: string[] = [];
function kit(files: Record<string, string> = {}): string {
  const path = makeKit(files);
  kits.push(path);
  return path;
}
afterAll(() => {
  for (const path of kits) rmSync(path, { recursive: true });
});
const refusalOf = (path: string) =>
  openKit(path).then(
    () => undefined,
    (error) => error,
  );

describe('all that is wrong with a kit is told at once', () => {
  it('every mistake of kit.yaml, each at its place', async () => {
    const path = kit({
      'kit.yaml': KIT_YAML.replace(
        'maxFailures: 5%',
        'maxFailures: 5x\n  planMaxAge: soon\n  flors: {}',
      ).replace('schemaVersion: 1', 'schemaVersion: 2'),
    });
    const { kind, message } = await refusalOf(path);
    expect(kind).toBe('usage');
    const lines = message.split('\n');
    expect(lines[0]).toBe('4 mistakes:');
    for (const place of [
      'kit.yaml:1:16: schemaVersion',
      'kit.yaml:8:16: ',
      'kit.yaml:9:15: ',
      'kit.yaml:10:3: unknown key flors',
    ])
      expect(lines.filter((line: string) => line.includes(`${path}/${place}`))).toHaveLength(1);
  });

  it('every mistake of a cluster: its definition', async () => {
    const path = kit({
      'kit.yaml': KIT_YAML.replace('user: core', 'usr: core, port: 0').replace(
        '203.0.113.5',
        'bastion.example.com',
      ),
    });
    const { message } = await refusalOf(path);
    expect(message).toMatch(/^3 mistakes:/);
    expect(message).toContain('perhaps user');
    expect(message).toContain('kit.yaml:6:22: clusters.c1.bastions.b1.address: not an IP address');
  });

  it('every file that a cluster lacks, and what its snapshot has', async () => {
    const yaml = KIT_YAML.replace(
      'identity: keys/id }',
      'identity: keys/gone, certificate: keys/cert, jump: b9 }',
    ).replace('    bastions:', '    knownHosts: [hosts.c1]\n    bastions:');
    const path = kit({
      'kit.yaml': yaml,
      'fleet/c1.json': JSON.stringify(fleetOf([{ ...NODES[0], jump: 'b7' }])),
    });
    const { message } = await refusalOf(path);
    expect(message).toMatch(/^5 mistakes in cluster c1:/);
    for (const what of [
      'keys/gone does not exist',
      'keys/cert does not exist',
      'unknown bastion b9',
      'unknown bastion b7',
      'hosts.c1 does not exist',
    ])
      expect(message).toContain(what);
  });

  it('loose permissions beside a missing key and a missing snapshot', async () => {
    const path = kit({ 'kit.yaml': `sshConfig: nowhere\n${KIT_YAML.replace('keys/id', 'keys/gone')}` });
    chmodSync(join(path, 'known_hosts'), 0o666);
    rmSync(join(path, 'fleet/c1.json'));
    const { kind, message } = await refusalOf(path);
    expect(kind).toBe('credentials');
    for (const what of [
      'known_hosts is writable by others',
      'nowhere does not exist',
      'keys/gone does not exist',
      'no fleet snapshot',
    ])
      expect(message).toContain(what);
  });

  it('every mistake of a snapshot', async () => {
    const nodes = [
      NODES[0]!,
      { ...NODES[1], name: '-x', address: 'n1.example.com' },
      { ...NODES[2], name: 'cp-1' },
    ];
    const path = kit({ 'fleet/c1.json': JSON.stringify(fleetOf(nodes), null, 1) });
    const { message } = await refusalOf(path);
    expect(message).toContain('not a node name');
    expect(message).toContain('not an IP address');
  });

  it('one mistake is told as it always was', async () => {
    const path = kit({ 'kit.yaml': KIT_YAML.replace('keys/id', 'keys/other') });
    expect(await refusalOf(path)).toMatchObject({
      message: 'keys/other does not exist',
      place: `${path}/kit.yaml:4:34`,
    });
  });
});
