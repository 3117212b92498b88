import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ActionStep } from '../../src/plan/types.ts';
import { GENESIS, sealRecord } from '../../src/run/journal/chain.ts';
import type { JournalBody } from '../../src/run/types.ts';
import { planOf, step } from '../report/records.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;
withKit(InProcess, (both) => ({ fireaxe, kit } = both));

const CPS = ['cp-1', 'cp-2', 'cp-3'];
const hold = step('hold', ['n1', 'n2'], { params: { process: 'agent' } });
const fence = step('fence', CPS, { action: 'fence' });
const scale = step('scale', CPS, { action: 'scale', params: { type: 'm7i.4xlarge' } });
const remove = step('remove', CPS, {
  action: 'kubectl',
  params: { delete: '/apis/apps/v1/namespaces/monitoring/daemonsets/agent' },
  removesCause: true,
});
const readmit = step('readmit', CPS, { action: 'readmit', params: { clients: 'all' } });

/** A run whose journal has these steps done on every target. */
const ran = (...steps: ActionStep[]) => ranAs('20261120T100000.000Z-recovery-abcd', steps);

function ranAs(runId: string, steps: ActionStep[], later: JournalBody[] = []): string {
  const bodies: JournalBody[] = [
    { kind: 'plan', plan: planOf(['w', steps]), operator: 'me', host: 'h', pid: 1 },
    ...steps.map(
      ({ id, targets }): JournalBody => ({
        kind: 'intent',
        step: id,
        op: 'apply',
        targets,
        via: 'ssh',
        wave: 1,
      }),
    ),
    ...CPS.map(
      (target): JournalBody => ({ kind: 'before', step: 'scale', target, before: { type: 'm6i.large' } }),
    ),
    ...later,
  ];
  let head = GENESIS;
  const lines = bodies.map((body, seq) => {
    const sealed = sealRecord(body, seq, new Date(), head);
    head = sealed.hash;
    return `${sealed.line}\n`;
  });
  const dir = join(fireaxe.env.FIREAXE_STATE_DIR, runId);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'journal.ndjson'), lines.join(''));
  return runId;
}

const undo = (...words: string[]) => fireaxe.run(['undo', 'last', ...words], { kit });

describe('undo', () => {
  it('that restarts API servers needs more than --yes, and names the plain steps', async () => {
    const runId = ran(hold, scale);
    const { code, stderr } = await undo('--yes');
    expect(code).toBe(5);
    expect(stderr).toContain('m7i.4xlarge → m6i.large: stop and start each machine, one at a time [severe]');
    expect(stderr).toContain('--confirm "prod-1 5"');
    expect(stderr).toContain(`fireaxe undo ${runId} --step hold --yes`);
    expect((await undo('--confirm', 'prod-1 4')).code).toBe(5);
  });

  it('that fences all clients again needs more than --yes', async () => {
    ran(readmit);
    const { code, stderr } = await undo('--yes');
    expect(code).toBe(5);
    expect(stderr).toContain('consent to: fence all clients again');
  });

  it('of a recovery skips the step that removed the cause, and says what it would restore', async () => {
    ran(remove);
    const { code, stderr } = await undo('--yes');
    expect(code).toBe(0);
    expect(stderr).toContain('nothing to undo');
    expect(stderr).toContain(
      'not remove (left out unless it is named: --include remove): re-create DaemonSet monitoring/agent, which this run removed as the cause',
    );
    const named = await undo('--include', 'remove', '--yes');
    expect(named.code).toBe(5);
    expect(named.stderr).toContain(
      're-create DaemonSet monitoring/agent, which this run removed as the cause',
    );
    expect(named.stderr).toContain('WARNING: this brings the cause back');
    expect(named.stderr).toContain('--confirm "prod-1 3"');
  });

  it('prints in a dry run what it does, not what was done, and the consent it needs', async () => {
    ran(hold, fence, remove, readmit);
    const plain = await undo('--dry-run');
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/fence: remove the fence: [^\n]*, on cp-\[1-3\] \(3\)\n/);
    expect(plain.stdout).toMatch(/hold: release held processes named agent, on n\[1-2\] \(2\)\n/);
    expect(plain.stdout).toContain('not readmit (ends with the undo of fence)');
    expect(plain.stdout).not.toContain('--confirm');
    const all = await undo('--dry-run', '--include', 'remove', '--output', 'json');
    expect(JSON.parse(all.stdout)).toMatchObject({ dryRun: true, confirm: 'prod-1 5' });
  });

  it('refuses pods without a label, before anything is asked', async () => {
    ran(hold);
    const { code, stderr } = await undo('--once-gone', 'monitoring/agent', '--yes');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--once-gone.*NAMESPACE\/key=value/s);
  });

  it('refuses an unknown step, with --include too', async () => {
    ran(remove);
    const { code, stderr } = await undo('--include', 'removal');
    expect(code).toBe(2);
    expect(stderr).toMatch(/has no step removal\n {2}at: --include/);
  });
});

describe('undo last', () => {
  const undone = (step: string, targets: string[]): JournalBody[] => [
    { kind: 'operator', what: 'undo', operator: 'me' },
    ...targets.map((target): JournalBody => ({ kind: 'undone', step, target, ok: true })),
  ];
  const exec = step('look', ['n1'], { action: 'exec', params: { command: 'uptime' }, irreversible: 'why' });
  const state = async () => {
    const { stdout } = await fireaxe.run(['runs'], { kit });
    return stdout
      .split('\n')
      .flatMap((line) => /^(\S+Z-\S+) +\S+ +(.*?) {2,}/.exec(line)?.slice(1, 3).join(': ') ?? []);
  };

  it('skips runs that have nothing to undo, and says so', async () => {
    ran(hold);
    const command = ranAs('20261120T110000.000Z-exec-0001', [exec]);
    const over = ranAs('20261120T120000.000Z-fence-0002', [fence], undone('fence', CPS));
    const { code, stdout, stderr } = await undo('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('hold: release held processes named agent');
    for (const run of [command, over])
      expect(stderr).toContain(`${run} has nothing to undo: last is 20261120T100000.000Z-recovery-abcd`);
    expect(await state()).toEqual([
      `${over}: open, undone`,
      `${command}: open`,
      '20261120T100000.000Z-recovery-abcd: open',
    ]);
  });

  it('means a run that is partly undone, and `runs` tells it from one that is undone', async () => {
    const part = ranAs('20261120T130000.000Z-fence-0003', [fence], undone('fence', ['cp-1']));
    const { stdout } = await undo('--dry-run');
    expect(stdout).toContain(`undo of run ${part}:`);
    expect(stdout).toContain('on cp-[2-3] (2)');
    expect((await state())[0]).toBe(`${part}: open, partly undone`);
  });
});
