import type { AutoScalingGroup, AutoScalingInstanceDetails } from '@aws-sdk/client-auto-scaling';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { asker } from './asker.ts';
import { serviceClient } from './client.ts';
import type { Env } from './files.ts';
import { HalfAnswer } from './passing.ts';
import type { Patiently } from './patience.ts';

/** What Fireaxe asks of Auto Scaling. All of it may be repeated; errors about credentials come as FireaxeError. */
export interface AutoScalingApi {
  /** The instance as its group sees it; undefined where it is in none. */
  member(id: string, signal: AbortSignal): Promise<AutoScalingInstanceDetails | undefined>;
  group(name: string, signal: AbortSignal): Promise<AutoScalingGroup | undefined>;
  suspend(group: string, processes: string[], signal: AbortSignal): Promise<void>;
  resume(group: string, processes: string[], signal: AbortSignal): Promise<void>;
  /** The group's desired capacity falls with it, so that nothing is launched in its place. */
  enterStandby(group: string, id: string, signal: AbortSignal): Promise<void>;
  exitStandby(group: string, id: string, signal: AbortSignal): Promise<void>;
  /** On the group alone: machines that it launches do not inherit them. */
  tag(group: string, tags: Record<string, string>, signal: AbortSignal): Promise<void>;
  untag(group: string, keys: string[], signal: AbortSignal): Promise<void>;
  close(): void;
}

export async function autoScalingApi(
  profile: CloudProfile,
  options: { env?: Env; onTrace?: OnTrace | undefined; again: Patiently },
): Promise<AutoScalingApi> {
  const { again } = options;
  const sdk = await import('./sdk-auto-scaling.ts');
  const client = await serviceClient('AUTO_SCALING', async () => sdk.AutoScalingClient, {
    profile,
    ...options,
  });
  const said = asker(again, profile);
  const processes = (group: string, names: string[]) => ({
    AutoScalingGroupName: group,
    ScalingProcesses: names,
  });
  const tagsOf = (group: string, tags: Record<string, string | undefined>) =>
    Object.entries(tags).map(([Key, Value]) => ({
      ResourceId: group,
      ResourceType: 'auto-scaling-group',
      Key,
      ...(Value !== undefined && { Value, PropagateAtLaunch: false }),
    }));

  return {
    async member(id, signal) {
      const command = new sdk.DescribeAutoScalingInstancesCommand({ InstanceIds: [id] });
      return said(async (how) => {
        const { AutoScalingInstances: found } = await client.send(command, how);
        if (!found) throw new HalfAnswer('DescribeAutoScalingInstances', 'instances');
        return found[0];
      }, signal);
    },

    async group(name, signal) {
      const command = new sdk.DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
      return said(async (how) => {
        const { AutoScalingGroups: found } = await client.send(command, how);
        if (!found) throw new HalfAnswer('DescribeAutoScalingGroups', 'groups');
        return found[0];
      }, signal);
    },

    async suspend(group, names, signal) {
      const command = new sdk.SuspendProcessesCommand(processes(group, names));
      await said((how) => client.send(command, how), signal);
    },

    async resume(group, names, signal) {
      const command = new sdk.ResumeProcessesCommand(processes(group, names));
      await said((how) => client.send(command, how), signal);
    },

    async enterStandby(group, id, signal) {
      const command = new sdk.EnterStandbyCommand({
        AutoScalingGroupName: group,
        InstanceIds: [id],
        ShouldDecrementDesiredCapacity: true,
      });
      await said((how) => client.send(command, how), signal);
    },

    async exitStandby(group, id, signal) {
      const command = new sdk.ExitStandbyCommand({ AutoScalingGroupName: group, InstanceIds: [id] });
      await said((how) => client.send(command, how), signal);
    },

    async tag(group, tags, signal) {
      const command = new sdk.CreateOrUpdateTagsCommand({ Tags: tagsOf(group, tags) });
      await said((how) => client.send(command, how), signal);
    },

    async untag(group, keys, signal) {
      const none = Object.fromEntries(keys.map((key) => [key, undefined]));
      await said((how) => client.send(new sdk.DeleteTagsCommand({ Tags: tagsOf(group, none) }), how), signal);
    },

    close: () => client.destroy(),
  };
}
