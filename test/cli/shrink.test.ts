import { describe, expect, it } from 'vitest';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;

withKit(InProcess, (both) => ({ fireaxe, kit } = both));

const plan = (...flags: string[]) => fireaxe.run(['plan', 'shrink', ...flags, '--output', 'json'], { kit });
const targets = async (...flags: string[]) =>
  JSON.parse((await plan(...flags)).stdout).plan.workstreams[0].steps[0].targets;

describe('shrink', () => {
  it('takes a share of the workers, by --share or --limit', async () => {
    expect(await targets('--share', '100%')).toEqual(['n1', 'n2']);
    expect(await targets('--limit', '1')).toEqual(['n1']);
  });

  it('never takes a control-plane node, whatever is selected', async () => {
    expect(await targets('--share', '100%', '-l', 'zone=a')).toEqual(['n1']);
    expect(await targets('--share', '100%', '--nodes', 'cp-1,n2')).toEqual(['n2']);
    expect(await plan('--share', '100%', '-l', 'role=control-plane')).toMatchObject({ code: 2, stdout: '' });
  });

  it('refuses two shares, no share, and an empty selector', async () => {
    expect((await plan('--share', '50%', '--limit', '1')).stderr).toMatch(
      /give --share or --limit, not both/,
    );
    expect((await plan()).stderr).toMatch(/missing --share or --limit/);
    expect((await plan('--share', '1', '-l', '')).code).toBe(2);
    expect(JSON.parse((await plan('--share', '110%')).stderr).error.place).toBe('--share');
  });

  it('stops machines in the cloud only where that is said, with its own flags', async () => {
    const { plan: made } = JSON.parse(
      (await plan('--share', '100%', '--at', 'cloud', '--how', 'stop')).stdout,
    );
    expect(made.workstreams[0].steps[0]).toMatchObject({
      action: 'shrink-group',
      danger: 'severe',
      targets: ['n1', 'n2'],
    });
    const cloud = (...flags: string[]) => plan('--share', '1', '--at', 'cloud', ...flags);
    expect((await cloud()).stderr).toContain('expected stop or standby');
    expect((await cloud('--how', 'freeze')).code).toBe(2);
    expect((await cloud('--how', 'stop', '--process', 'x')).stderr).toContain(
      '--process is for shrink --at nodes',
    );
    expect((await plan('--share', '1', '--within', '9m')).stderr).toContain(
      '--within is for shrink --at cloud',
    );
  });
});
