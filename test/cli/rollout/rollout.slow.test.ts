import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InProcess } from '../in-process.ts';
import { kitOfSix } from './six-clusters.ts';

let fireaxe: InProcess;
let kit: string;
let trace = '';
beforeAll(() => {
  fireaxe = new InProcess();
  kit = kitOfSix({ c6: { labels: { env: 'dev' } } });
});
afterAll(() => {
  fireaxe.close();
  rmSync(kit, { recursive: true });
});
beforeEach(() => {
  rmSync(fireaxe.env.FIREAXE_STATE_DIR, { recursive: true, force: true });
  trace = join(fireaxe.directory, 'trace');
  writeFileSync(trace, '');
});

const run = (...args: string[]) => fireaxe.run(args, { kit });
/** Leaves a line for each node on which it runs; fails once there are more lines than `well`. */
const mark = (well = 99) => [
  '--reason',
  'INC-1',
  '--soak',
  '0s',
  '--',
  `echo ran >> ${trace}; [ "$(wc -l < ${trace})" -le ${well} ]`,
];
const marked = () => readFileSync(trace, 'utf8').trim().split('\n').filter(Boolean);

describe('an action over several clusters', () => {
  it('shows the whole before it asks, and takes the consent of the whole', async () => {
    expect((await run('exec', '--all-clusters', '--all', ...mark())).code).toBe(5);
    expect(marked()).toEqual([]);
    // Which clusters are meant is said before they are read, which may take long.
    const planned = await run('plan', 'exec', '-c', 'c*', '--all', ...mark());
    expect(planned.stderr).toMatch(/^6 clusters: c1, c2, c3, c4, c5, c6\n/);
    const wrong = await run('exec', '--all-clusters', '--all', '--confirm', '6 clusters 11', ...mark());
    expect(wrong.code).toBe(5);
    expect(wrong.stderr).toContain('expected: --confirm "6 clusters 12"');
  });

  it('runs the canary first, then wave after wave, and tells each cluster and the whole', async () => {
    const words = ['exec', '--all-clusters', '--all', '--confirm', '6 clusters 12', ...mark()];
    const { code, stderr, stdout } = await run(...words);
    expect(stderr).toContain('canary, which must succeed: c1 (1)');
    expect(stderr).toContain('wave 2 of 3: c[2-3] (2)');
    expect(stderr).toContain('wave 3 of 3: c[4-6] (3)');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^c1 +ok +2 ok$/m);
    expect(stderr).toContain('6 clusters: 6 ok; 12 targets planned: 12 ok');
    // A command cannot be undone.
    expect(stderr).not.toContain('to undo it');
    expect(marked()).toHaveLength(12);
  });

  it('is JSON of each cluster and the whole', async () => {
    const { stdout } = await run('exec', '-c', 'c1,c2', '--all', '--yes', '-o', 'json', ...mark());
    const { verdict, outcomes } = JSON.parse(stdout);
    expect(verdict).toMatchObject({ state: 'done', planned: 4, counts: { ok: 4 } });
    expect(verdict.clusters).toMatchObject([
      { cluster: 'c1', state: 'ok', counts: { ok: 2 } },
      { cluster: 'c2', state: 'ok', counts: { ok: 2 } },
    ]);
    expect(outcomes.map((o: { cluster: string; target: string }) => [o.cluster, o.target])).toHaveLength(4);
  });

  it('stops after a failed canary: exit 7', async () => {
    const words = ['exec', '-c', 'c*', '--all', '--yes', '--max-failures', '0', ...mark(0)];
    const { code, stderr, stdout } = await run(...words);
    expect(code).toBe(7);
    expect(stderr).toContain('stopped: the canary c1 failed');
    expect(stdout).toMatch(/^c6 +not-attempted/m);
    expect(marked().length).toBeLessThanOrEqual(2);
  });

  it('runs a cluster that was named as the canary first', async () => {
    const { stderr } = await run('exec', '-c', 'c*', '--all', '--yes', '--cluster-canary', 'c4', ...mark());
    expect(stderr).toContain('canary, which must succeed: c4 (1)');
  });

  it('at once only with --confirm', async () => {
    const refused = await run(
      'exec',
      '-c',
      'c*',
      '--all',
      '--yes',
      '--all-at-once',
      ...mark().slice(0, 2),
      '--',
      'true',
    );
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain('consent to: 6 clusters at once, without a canary');
    const words = [
      'exec',
      '-c',
      'c*',
      '--all',
      '--all-at-once',
      '--confirm',
      '6 clusters 12',
      '--reason',
      'x',
    ];
    const { code, stderr } = await run(...words, '--', 'true');
    expect(code).toBe(0);
    expect(stderr).toContain('WARNING: no canary: a mistake reaches 6 clusters at once');
  });

  it('leaves out a cluster that cannot be opened, says so, and does not call the whole done', async () => {
    const broken = kitOfSix({ c2: { ssh: { identity: 'keys/none' } } }, 3);
    const { code, stderr, stdout } = await fireaxe.run(['exec', '-c', 'c*', '--all', '--yes', ...mark()], {
      kit: broken,
    });
    rmSync(broken, { recursive: true });
    expect(stderr).toContain('WARNING: c2 is left out: ');
    expect(stdout).toMatch(/^c2 +not-attempted/m);
    expect(code).toBe(3);
    expect(marked()).toHaveLength(4);
  });

  it('is dry with --dry-run', async () => {
    const { code, stdout } = await run('exec', '-c', 'c1,c2', '--all', '--dry-run', ...mark());
    expect([code, marked()]).toEqual([0, []]);
    expect(stdout).toContain('c2: check of exec:');
    expect(stdout).toContain('dry run: nothing was changed');
  });
});

describe('a saved rollout', () => {
  const saved = () => join(fireaxe.directory, 'saved.plan');

  it('runs as it was saved, once', async () => {
    const made = await run('exec', '-c', 'c*', '--all', '--save', saved(), ...mark());
    expect(made.code).toBe(0);
    const done = await run('run', saved());
    expect([done.code, marked().length]).toEqual([0, 12]);
    const again = await run('run', saved());
    expect(again.code).toBe(6);
    expect(again.stderr).toContain('this plan already ran');
  });

  it('is refused where anything in it was changed', async () => {
    await run('exec', '-c', 'c*', '--all', '--save', saved(), ...mark());
    const text = readFileSync(saved(), 'utf8');
    for (const [from, to] of [
      ['"maxFailed": 0', '"maxFailed": 6'],
      ['"soakMs": 0', '"soakMs": 1'],
      ['"c3-n1"', '"c3-n9"'],
    ] as const) {
      writeFileSync(saved(), text.replace(from, to));
      const { code, stderr } = await run('run', saved());
      expect([code, stderr]).toEqual([6, expect.stringContaining('changed after it was made')]);
    }
    expect(marked()).toEqual([]);
  });

  it('is refused with flags that would change it', async () => {
    await run('exec', '-c', 'c*', '--all', '--save', saved(), ...mark());
    expect((await run('run', saved(), '--max-failed-clusters', '3')).code).toBe(2);
  });

  it('is refused for some of its clusters only, and with another reason', async () => {
    await run('exec', '-c', 'c*', '--all', '--save', saved(), ...mark());
    const some = await run('run', saved(), '-c', 'c1');
    expect([some.code, some.stderr]).toEqual([2, expect.stringContaining('runs on all its clusters')]);
    const other = await run('run', saved(), '--reason', 'INC-2');
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('--reason does not match the plan'),
    ]);
    expect(marked()).toEqual([]);
  });

  it('is stale as a whole where the fleet of one cluster changed', async () => {
    const own = kitOfSix({}, 2);
    const words = ['exec', '-c', 'c*', '--all', '--save', saved(), ...mark()];
    await fireaxe.run(words, { kit: own });
    const fleet = join(own, 'fleet/c2.json');
    writeFileSync(fleet, readFileSync(fleet, 'utf8').replace('127.0.0.1', '127.0.0.9'));
    const { code, stderr } = await fireaxe.run(['run', saved()], { kit: own });
    rmSync(own, { recursive: true });
    expect([code, stderr]).toEqual([6, expect.stringContaining('the fleet snapshot of c2 changed')]);
    expect(readdirSync(fireaxe.directory)).toContain('saved.plan');
    expect(marked()).toEqual([]);
  });
});

it('warns of no leak where more clusters run at a time than Node expects listeners', async () => {
  const warnings: string[] = [];
  const keep = ({ stack = '' }: Error) => warnings.push(stack);
  process.on('warning', keep);
  const many = kitOfSix({}, 14);
  const words = [
    'exec',
    '-c',
    'c*',
    '--all',
    '--all-at-once',
    '--confirm',
    '14 clusters 28',
    '--reason',
    'INC-1',
  ];
  const { code } = await fireaxe.run([...words, '--', 'sleep 0.2'], { kit: many });
  process.off('warning', keep);
  rmSync(many, { recursive: true });
  expect([code, warnings]).toEqual([0, []]);
});
