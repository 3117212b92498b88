import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Danger } from '../../src/actions/types.ts';
import { consentFor, consentForUndo, obtain } from '../../src/cli/consent.ts';
import { interrupts } from '../../src/cli/interrupts.ts';
import type { CliIo } from '../../src/cli/types.ts';
import { planOf, step } from '../report/records.ts';

function io(typed?: string): CliIo {
  const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined });
  if (typed !== undefined) stdin.end(`${typed}\n`);
  return {
    stdin,
    stdout: new PassThrough(),
    stderr: Object.assign(new PassThrough(), { isTTY: typed !== undefined }),
    env: {},
    now: () => new Date(),
    ...interrupts(
      () => {},
      () => {},
    ),
  };
}

const plan = (...dangers: Danger[]) =>
  planOf(['w', dangers.map((danger, i) => step(`s${i}`, ['n1', 'n2'], { danger }))]);

describe('consent', () => {
  it('is not needed where nothing changes', () => {
    expect(consentFor(plan('read'), {}, io())).toMatchObject({ kind: 'given' });
  });

  it('is --yes for a change, only --confirm for a severe one', () => {
    expect(consentFor(plan('change'), { yes: true }, io())).toMatchObject({ by: '--yes' });
    expect(() => consentFor(plan('change', 'severe'), { yes: true }, io())).toThrow(
      expect.objectContaining({ kind: 'declined', next: expect.stringContaining('--confirm "prod-1 2"') }),
    );
    expect(consentFor(plan('severe'), { confirm: 'prod-1 2' }, io())).toMatchObject({ by: '--confirm' });
    expect(() => consentFor(plan('severe'), { confirm: 'prod-1 3' }, io())).toThrow(
      /--confirm does not match this plan/,
    );
  });

  it('is refused with --yes if --confirm names other nodes', () => {
    expect(() => consentFor(plan('change'), { yes: true, confirm: 'prod-1 1' }, io())).toThrow(
      expect.objectContaining({ kind: 'declined', expected: '--confirm "prod-1 2"' }),
    );
    expect(consentFor(plan('change'), { confirm: 'prod-1 2' }, io())).toMatchObject({ by: '--confirm' });
  });

  it('is given by saving the plan, except for a severe one', () => {
    expect(consentFor(plan('change'), {}, io(), true)).toMatchObject({ by: 'saved plan' });
    expect(() => consentFor(plan('severe'), {}, io(), true)).toThrow(/confirmation/);
  });

  it('is refused without a terminal, and with --no-input on one', () => {
    expect(() => consentFor(plan('change'), {}, io())).toThrow(
      expect.objectContaining({ kind: 'declined', place: '--yes' }),
    );
    expect(() => consentFor(plan('change'), { input: false }, io('y'))).toThrow(
      expect.objectContaining({
        kind: 'declined',
        place: '--yes',
        message: expect.stringMatching('prompts are off'),
      }),
    );
  });

  it.each([
    ['y', 'change', true],
    ['YES', 'change', true],
    ['', 'change', false],
    ['n', 'change', false],
    ['prod-1 2', 'severe', true],
    ['y', 'severe', false],
    ['prod-1 3', 'severe', false],
  ] as const)('%j to a %s plan: %s', async (typed, danger, agreed) => {
    const person = io(typed);
    const asked = obtain(consentFor(plan(danger), {}, person), person);
    if (agreed) await expect(asked).resolves.toBeUndefined();
    else await expect(asked).rejects.toMatchObject({ kind: 'declined' });
  });
});

describe('consent to an undo', () => {
  const change = (id: string, danger: Danger, targets: string[]) => ({
    step: id,
    title: `undo ${id}`,
    danger,
    targets,
  });
  const undo = (...changes: ReturnType<typeof change>[]) => ({ runId: 'r1', cluster: 'prod-1', changes });
  const hold = change('hold', 'change', ['n1', 'n2']);
  const scale = change('scale', 'severe', ['cp-1', 'n1']);

  it('is --yes if the undo is a plain change, whatever it undoes', () => {
    expect(consentForUndo(undo(hold), { yes: true }, io())).toMatchObject({ by: '--yes' });
    expect(consentForUndo(undo(hold), { confirm: 'prod-1 2' }, io())).toMatchObject({ by: '--confirm' });
    expect(() => consentForUndo(undo(hold), {}, io())).toThrow(expect.objectContaining({ kind: 'declined' }));
  });

  it('is only --confirm if the undo is severe; the rest can be undone without it', () => {
    expect(() => consentForUndo(undo(scale, hold), { yes: true }, io())).toThrow(
      expect.objectContaining({
        kind: 'declined',
        expected: 'consent to: undo scale',
        next: 'review it with --dry-run, then add --confirm "prod-1 3"; or only the rest: fireaxe undo r1 --step hold --yes',
      }),
    );
    expect(consentForUndo(undo(scale, hold), { confirm: 'prod-1 3' }, io())).toMatchObject({
      by: '--confirm',
    });
    expect(consentForUndo(undo(scale), {}, io('x'))).toMatchObject({
      question: 'This is severe: undo scale. Type "prod-1 2" to continue: ',
      answer: 'prod-1 2',
    });
  });
});

it('a plan with a severe undo step is severe', () => {
  const readmit = step('in', ['n1'], { action: 'readmit', params: { clients: 'all' } });
  const plain = planOf(['w', [readmit]]);
  expect(consentFor(plain, { yes: true }, io())).toMatchObject({ by: '--yes' });
  plain.workstreams[0]!.steps.push({ kind: 'undo', id: 'out', title: 'out', steps: ['in'] });
  expect(() => consentFor(plain, { yes: true }, io())).toThrow(/--yes is not enough/);
});
