import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InProcess } from '../in-process.ts';
import { kitOfSix } from './six-clusters.ts';

let fireaxe: InProcess;
let kit: string;
let playbook = '';
beforeAll(() => {
  fireaxe = new InProcess();
  const labels = (tier: string, size: number) => ({ labels: { tier }, size });
  kit = kitOfSix(
    { c1: labels('app', 1), c2: labels('app', 3), c3: labels('shared', 2), c4: labels('app', 2) },
    4,
  );
  playbook = join(fireaxe.directory, 'own.yaml');
});
afterAll(() => {
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

const write = (clusters: string) =>
  writeFileSync(
    playbook,
    `schemaVersion: 1
name: own
title: Own
${clusters}
workstreams:
  - name: one
    steps: [{ id: look, action: exec, on: role=worker, with: { command: "true" } }]
`,
  );
const plan = (kitPath = kit, ...words: string[]) =>
  fireaxe.run(['plan', playbook, '-c', 'c*', '--cluster-wave', '1', ...words], { kit: kitPath });
const orderIn = (stdout: string) =>
  [...stdout.matchAll(/(?:canary, which must succeed|wave \d of \d): (\S+) \(1\)/g)].map(([, name]) => name);

describe('a playbook that speaks of clusters', () => {
  it('begins with those that others come after, then with the largest', async () => {
    write('clusters: { order: largest, needs: [{ of: "tier=app", after: "tier=shared" }] }');
    const { stdout, code } = await plan();
    expect([code, orderIn(stdout)]).toEqual([0, ['c3', 'c2', 'c4', 'c1']]);
    expect(stdout).toContain('c1 begins after c3');
  });

  it('is overruled by --cluster-order', async () => {
    write('clusters: { order: largest }');
    expect(orderIn((await plan()).stdout)).toEqual(['c1', 'c2', 'c3', 'c4']);
    expect(orderIn((await plan(kit, '--cluster-order', 'given')).stdout)).toEqual(['c1', 'c2', 'c3', 'c4']);
    expect(orderIn((await plan(kit, '--cluster-order', 'smallest')).stdout)).toEqual([
      'c1',
      'c3',
      'c4',
      'c2',
    ]);
  });

  it('leaves out what comes after a cluster that is left out', async () => {
    write('clusters: { needs: [{ of: "tier=app", after: "name=c3" }] }');
    const broken = kitOfSix({ c3: { ssh: { identity: 'keys/none' } }, c4: { labels: { tier: 'app' } } }, 4);
    const { stdout } = await plan(broken);
    rmSync(broken, { recursive: true });
    expect(stdout).toContain('c4 is left out: it needs c3, which is left out');
    expect(orderIn(stdout)).toEqual(['c1', 'c2']);
  });

  it('tells a mistake with its place', async () => {
    write('clusters: { needs: [{ of: "tier==", after: "tier in" }] }');
    const { code, stderr } = await plan();
    expect([code, stderr]).toEqual([2, expect.stringMatching(/own\.yaml:4:\d+/)]);
    write('clusters: { ordre: largest }');
    expect((await plan()).stderr).toContain('unknown key ordre');
  });
});
