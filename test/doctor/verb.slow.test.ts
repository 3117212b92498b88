import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingLines } from '../../src/cli/doctor/lines.ts';
import type { Finding } from '../../src/doctor/types.ts';
import { InProcess } from '../cli/in-process.ts';
import { fleetOf, KIT_YAML, makeKit, NODES } from '../kit/make-kit.ts';

let fireaxe: InProcess;
const kits: string[] = [];
beforeAll(() => {
  fireaxe = new InProcess();
});
afterAll(() => {
  for (const kit of kits) rmSync(kit, { recursive: true });
  fireaxe.close();
});
const kitOf = (files: Record<string, string> = {}) => {
  kits.push(makeKit(files));
  return kits.at(-1)!;
};
async function findings(kit: string, ...args: string[]) {
  const { code, stdout, stderr } = await fireaxe.run(['doctor', ...args, '--output', 'json'], { kit });
  expect(stdout, stderr).toMatch(/^\{/);
  return { code, ...(JSON.parse(stdout) as { verdict: object; findings: Finding[] }) };
}
const of = (all: Finding[], check: string) => all.filter((one) => one.check === check);

it('tells in one line what clusters have in common, and counts many that are well', () => {
  const green = (name: string): Finding => ({
    check: 'snapshot',
    state: 'green',
    clusters: [name],
    what: `of ${name}`,
  });
  const red = (name: string, what = 'old'): Finding => ({
    check: 'snapshot',
    state: 'red',
    clusters: [name],
    what,
    next: 'renew',
  });
  expect(findingLines([red('c1'), red('c2'), red('c3', 'empty'), green('c4')])).toEqual([
    'red    snapshot  c[1-2]  old',
    '       next: renew',
    'red    snapshot  c3      empty',
    '       next: renew',
    'green  snapshot  c4      of c4',
  ]);
  const many = Array.from({ length: 200 }, (_, i) => green(`c${i + 1}`));
  expect(findingLines(many)).toEqual(['green  snapshot  c[1-200]  200 clusters']);
});

describe('fireaxe doctor', () => {
  it('tells of a cluster that is broken, and checks the others', async () => {
    const kit = kitOf({
      'clusters/c2.yaml': 'ssh: { identity: keys/none }\n',
      'clusters/c3.yaml': 'bastions: { b1: { address: bastion.ops.svc.cluster.local } }\n',
      'clusters/c4.yaml': 'ssh: { user: core, identity: keys/id }\n',
      'fleet/c4.json': JSON.stringify(
        fleetOf(
          NODES.map((node) => ({ ...node, cluster: 'c4' })),
          'c4',
        ),
      ),
    });
    const { code, findings: all } = await findings(kit, '--offline');
    expect(code).toBe(3);
    const red = of(all, 'cluster').filter(({ state }) => state === 'red');
    expect(red.map(({ clusters, what }) => [clusters, what])).toEqual([
      [['c2'], expect.stringContaining('keys/none does not exist')],
      [['c3'], expect.stringContaining('names need DNS, which may be down')],
    ]);
    expect(new Set(of(all, 'snapshot').map(({ clusters }) => clusters!.join()))).toEqual(
      new Set(['c1', 'c4']),
    );
    expect(of(all, 'access')).toEqual([]);
    expect(
      of(all, 'keys').every(({ state, what }) => state === 'red' && /not a private key/.test(what)),
    ).toBe(true);
  });

  it('tells why there is no kit, and checks this machine', async () => {
    const { code, findings: all } = await findings('/nowhere');
    expect(code).toBe(3);
    expect(of(all, 'kit')).toMatchObject([
      { state: 'red', what: expect.stringContaining('no kit at /nowhere') },
    ]);
    expect(all.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['disk', 'descriptors', 'drill', 'program']),
    );
    const broken = kitOf({ 'kit.yaml': 'schemaVersion: 1\nclusers: {}\n' });
    expect(of((await findings(broken)).findings, 'kit')[0]!.what).toMatch(/clusers.*kit\.yaml:2:1/);
  });

  it('uses nothing of a kit that others can change', async () => {
    const kit = kitOf();
    const ran = join(fireaxe.directory, 'ran');
    const config = `Match exec "touch ${ran}"\n  User x\n`;
    writeFileSync(join(kit, 'ssh_config'), config);
    chmodSync(join(kit, 'ssh_config'), 0o666);
    writeFileSync(join(kit, 'kit.yaml'), KIT_YAML.replace('policy:', '    via: [openssh]\npolicy:'));
    const { findings: all } = await findings(kit);
    expect(of(all, 'kit')[0]).toMatchObject({ state: 'red', next: `chmod go-w ${kit}/ssh_config` });
    expect(of(all, 'kit')[0]!.what).toContain('nobody was asked');
    expect(of(all, 'access')).toEqual([]);
    await expect(import('node:fs/promises').then(({ stat }) => stat(ran))).rejects.toThrow(/ENOENT/);
  });

  it('leaves out what is named, and refuses what is not a check', async () => {
    const { findings: all } = await findings(kitOf(), '--offline', '--skip', 'keys, drill');
    expect(new Set(all.map(({ check }) => check))).toEqual(
      new Set(['kit', 'cluster', 'snapshot', 'host-keys', 'dependencies', 'descriptors', 'disk', 'program']),
    );
    const wrong = await fireaxe.run(['doctor', '--skip', 'moon'], { kit: kits[0]! });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown check "moon"') });
  });

  it('shows each finding in a line, with its mend below, and the verdict last', async () => {
    const { stdout, stderr } = await fireaxe.run(['doctor', '--offline', '--skip', 'keys'], { kit: kitOf() });
    expect(stdout).toMatch(
      /^red {4}host-keys +c1 +known_hosts has no key of cp-1,n\[1-2\] \(3 of 3 hosts\)\n {7}next: fireaxe kit hosts -c c1$/m,
    );
    expect(stderr).toMatch(/the emergency path is not open \(c1\): \d+ green, \d+ amber, 2 red\n$/);
    const lines = (await fireaxe.run(['doctor', '--offline', '-o', 'ndjson'], { kit: kits[0]! })).stdout
      .trim()
      .split('\n');
    expect(JSON.parse(lines.at(-1)!).verdict.state).toBe('red');
    expect(JSON.parse(lines[0]!).finding.state).toBe('red');
  });
});
