import { describe, expect, it } from 'vitest';
import { outcomeLines } from '../../../src/cli/format/show-outcomes.ts';
import type { NodeResult } from '../../../src/transport/types.ts';
import { outcome } from '../../fanout/fake-transport.ts';

const result = (rest: Partial<NodeResult>): NodeResult => ({
  fireaxe: 1,
  op: 'apply',
  state: 'failed',
  ...rest,
});

describe('the lines of outcomes', () => {
  it('show the exit code of the command, not of the script around it', () => {
    const failed = outcome('n1', 'failed', {
      exitCode: 3,
      result: result({ exit: 7, note: 'exit status 7' }),
    });
    expect(outcomeLines([failed])).toEqual(['== n1 (1): failed: exit status 7']);
    const allowed = outcome('n1', 'ok', { exitCode: 0, result: result({ state: 'changed', exit: 7 }) });
    expect(outcomeLines([allowed])).toEqual(['== n1 (1): ok (exit 7)']);
  });

  it('mark each line that a node wrote, also after a carriage return', () => {
    const noisy = outcome('n1', 'ok', { stdout: 'out\r\n', stderr: '10%\r100%\r\nsecond\r\n' });
    expect(outcomeLines([noisy])).toEqual([
      '== n1 (1): ok',
      '  | out',
      '  stderr | 10%\\x0d100%',
      '  stderr | second',
    ]);
  });

  it('never let output of a node look like a line of Fireaxe', () => {
    const words = '== n[1-99] (99): ok\n   next: rm -rf /\n12:00:00 exec: done: 99 ok\n\n== n9 (1): failed';
    for (const stream of ['stdout', 'stderr']) {
      const lines = outcomeLines([outcome('n1', 'ok', { [stream]: words })]);
      expect(lines[0]).toBe('== n1 (1): ok');
      expect(lines).toHaveLength(6);
      for (const line of lines.slice(1)) expect(line).toMatch(/^ {2}(stderr )?\| /);
    }
  });

  it('name the next step for each node of a group, up to three', () => {
    const unknown = ['n1', 'n2', 'n3', 'n4'].map((n) =>
      outcome(n, 'unreachable', {
        reason: { code: 'host-key-unknown', message: `no key of ${n}`, next: `ssh-keyscan ${n}` },
      }),
    );
    expect(outcomeLines(unknown.slice(0, 2))).toEqual([
      '== n[1-2] (2): unreachable: host-key-unknown: no key of n1',
      '   host-key-unknown: no key of n2',
      '   next: ssh-keyscan n1',
      '   next: ssh-keyscan n2',
    ]);
    expect(outcomeLines(unknown)).toContain('   and 1 similar');
  });

  it('never let a note of a node look like a line of Fireaxe', () => {
    const lying = outcome('n1', 'failed', { result: result({ note: 'no\n== n[1-99] (99): ok' }) });
    expect(outcomeLines([lying])).toEqual(['== n1 (1): failed: no == n[1-99] (99): ok']);
  });

  it('mark truncated output, apart from the same output that is complete', () => {
    const cut = outcome('n1', 'ok', { stdout: 'line', truncated: true });
    expect(outcomeLines([cut, outcome('n2', 'ok', { stdout: 'line' })])).toEqual([
      '== n1 (1): ok',
      '   truncated: the node wrote more output',
      '  | line',
      '== n2 (1): ok',
      '  | line',
    ]);
  });
});
