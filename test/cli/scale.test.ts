import { describe, expect, it } from 'vitest';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;

withKit(InProcess, (both) => ({ fireaxe, kit } = both));

const plan = (...flags: string[]) => fireaxe.run(['plan', 'scale', ...flags, '--output', 'json'], { kit });
const step = async (...flags: string[]) =>
  JSON.parse((await plan(...flags)).stdout).plan.workstreams[0].steps[0];

describe('scale', () => {
  it.each([
    ['scale', 'severe', ['--type', 'm7i.8xlarge']],
    ['scale-add', 'severe', ['--add', '2', '--template', 'lt-0123456789abcdef0:7']],
    ['scale-volume', 'change', ['--iops', '16000']],
    ['scale-volume', 'change', ['--throughput', '500', '--device', 'all']],
    ['scale-flags', 'severe', ['--flag', 'goaway-chance=0.001', '--flag', 'request-timeout=90s']],
  ] as const)('means %s (%s) by its flags', async (action, danger, flags) => {
    expect(await step(...flags)).toMatchObject({ action, danger, targets: ['cp-1'] });
  });

  it.each([
    ['a wrong value', ['--flag', 'max-requests-inflight=0800']],
    ['a missing one', ['--add', '2']],
  ])('names for %s the help that there is', async (_, flags) => {
    const { code, stderr } = await fireaxe.run(['plan', 'scale', ...flags], { kit });
    expect({ code, next: /next: (.*)/.exec(stderr)?.[1] }).toEqual({ code: 2, next: 'fireaxe scale --help' });
  });

  it('names an EKS cluster by one node', async () => {
    const made = await step('--eks-tier', 'tier-xl', '--nodes', 'n1,n2');
    expect(made).toMatchObject({ action: 'scale-eks', targets: ['n1'] });
  });

  it('adds API servers in one step, counted on the first node of those selected', async () => {
    const made = await step('--add', '3', '--template', 'api-servers', '--nodes', 'n1,n2');
    expect(made).toMatchObject({ action: 'scale-add', targets: ['n1'] });
  });

  it('restarts API servers one by one, with time for a restart', async () => {
    const flags = ['--flag', 'goaway-chance=0.001'];
    const made = await step(...flags, '--nodes', 'cp-1,n1,n2', '--parallel', '9');
    expect(made).toMatchObject({ targets: ['cp-1', 'n1', 'n2'], waves: [1, 1, 1], runMs: 600_000 });
    expect((await step(...flags, '--timeout', '5m')).runMs).toBe(300_000);
  });

  it.each([
    [[], /missing --type/],
    [['--add', '2'], /missing the launch template/],
    [['--template', 'lt-0123456789abcdef0'], /missing the number of API servers to add/],
    [['--add', '0', '--template', 'lt-0123456789abcdef0'], /add/],
    [['--add', '2', '--template', 'lt-0123456789abcdef0:newest'], /expected a launch template by id or name/],
    [
      ['--add', '2', '--template', 'lt-0123456789abcdef0', '--force-stop'],
      /--force-stop is for scale --type/,
    ],
    [['--iops', '16000', '--without-balancer'], /--without-balancer is for scale --add/],
    [['--type', 'm7i.large', '--add', '2'], /give --type or --add, not both/],
    [['--type', 'm7i.large', '--iops', '16000'], /give --type or --iops, not both/],
    [['--type', 'm7i.large', '--device', 'all'], /--device is for scale --iops/],
    [['--iops', '16000', '--force-stop'], /--force-stop is for scale --type/],
    [['--iops', '5'], /iops/],
    [['--eks-tier', 'huge'], /expected one of standard, tier-xl/],
    [['--iops', '16000', '--device', 'sdb'], /expected etcd, all, or a device/],
  ])('refuses %j', async (flags, why) => {
    const { code, stderr } = await fireaxe.run(['plan', 'scale', ...flags], { kit });
    expect(code).toBe(2);
    expect(stderr).toMatch(why);
  });
});
