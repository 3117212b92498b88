import { describe, expect, it } from 'vitest';
import type { CommandLine } from './command-line.ts';
import { withKit } from './with-kit.ts';

let fireaxe: CommandLine;
let kit: string;

withKit((both) => ({ fireaxe, kit } = both));

const plan = (...flags: string[]) => fireaxe.run(['plan', 'shrink', ...flags, '--output', 'json'], { kit });
const targets = (...flags: string[]) =>
  JSON.parse(plan(...flags).stdout).plan.workstreams[0].steps[0].targets;

describe('shrink', () => {
  it('takes a share of the workers, by either word for it', () => {
    expect(targets('--share', '100%')).toEqual(['n1', 'n2']);
    expect(targets('--limit', '1')).toEqual(['n1']);
  });

  it('never takes a control-plane node, whatever was selected', () => {
    expect(targets('--share', '100%', '-l', 'zone=a')).toEqual(['n1']);
    expect(targets('--share', '100%', '--nodes', 'cp-1,n2')).toEqual(['n2']);
    expect(plan('--share', '100%', '-l', 'role=control-plane')).toMatchObject({ code: 2, stdout: '' });
  });

  it('refuses two shares, none, and an empty selector', () => {
    expect(plan('--share', '50%', '--limit', '1').stderr).toMatch(/a share is a limit already/);
    expect(plan().stderr).toMatch(/how many/);
    expect(plan('--share', '1', '-l', '').code).toBe(2);
    expect(JSON.parse(plan('--share', '110%').stderr).error.place).toBe('--share');
  });
});
