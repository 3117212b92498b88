import { describe, expect, it } from 'vitest';
import { verifiedLines, verifiedSum } from '../../src/cli/format/verified.ts';
import type { VerifiedStep } from '../../src/run/verify.ts';
import { CommandLine } from './command-line.ts';
import { withKit } from './with-kit.ts';

let fireaxe: CommandLine;
let kit: string;
withKit(CommandLine, (made) => {
  ({ fireaxe, kit } = made);
});

describe('verify', () => {
  it('says that a command leaves nothing to verify', () => {
    const exec = ['exec', '--via', 'local', '--nodes', 'n1', '--yes', '--reason', 'INC-42', '--', 'true'];
    expect(fireaxe.run(exec, { kit }).code).toBe(0);
    const { code, stdout, stderr } = fireaxe.run(['verify', 'last'], { kit });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('nothing to verify: the step leaves no change on a node');
    expect(stderr).toMatch(/^verify of run \S+: nothing to verify$/m);
    const json = fireaxe.run(['verify', 'last', '--output', 'json'], { kit });
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      holds: true,
      steps: [{ step: 'exec', targets: [], notAsked: [], unverifiable: true }],
    });
  });

  it.each([
    ['a step', ['--step', 'fence'], 'expected: one of exec'],
    ['a node', ['--nodes', 'n7'], 'has no node n7'],
  ])('refuses %s that the run does not have', (_what, words, said) => {
    const { code, stderr } = fireaxe.run(['verify', 'last', ...words], { kit });
    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });
});

describe('what was verified, in lines', () => {
  const steps: VerifiedStep[] = [
    {
      step: 'fence',
      title: 'fence all clients',
      targets: [
        { target: 'cp-1', state: 'holds' },
        { target: 'cp-2', state: 'gone', note: 'there is no fence here' },
        { target: 'cp-3', state: 'holds' },
      ],
      notAsked: [{ target: 'cp-4', why: 'undone' }],
    },
  ];

  it('folds equal answers and names the nodes that were not asked', () => {
    expect(verifiedLines(steps)).toEqual([
      'fence: fence all clients',
      '== cp-[1,3] (2): holds',
      '== cp-2 (1): gone: there is no fence here',
      '  not asked (undone): cp-4',
    ]);
    expect(verifiedSum('r', steps)).toBe('verify of run r: 2 holds, 1 gone');
  });
});
