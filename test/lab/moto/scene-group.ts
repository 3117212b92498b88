import { randomUUID } from 'node:crypto';
import { IMAGE } from './account.ts';
import { all, ask, type MotoLever, node, plain } from './scene.ts';

/** Only stopped: moto ends machines that go to standby, even where `Terminate` is suspended. */
export const shrinkGroup: MotoLever = {
  name: 'shrink --at cloud --how stop',
  args: ['shrink', '--at', 'cloud', '--how', 'stop', '--nodes', 'n0', '--share', '100%', '--wave', '100%'],
  targets: 1,
  async open(moto) {
    const name = `workers-${randomUUID().slice(0, 8)}`;
    const autoscaling = (action: string, parameters: Record<string, string>) =>
      ask(moto, 'autoscaling', action, parameters);
    await autoscaling('CreateLaunchConfiguration', {
      LaunchConfigurationName: name,
      ImageId: IMAGE,
      InstanceType: 'm5.large',
    });
    await autoscaling('CreateAutoScalingGroup', {
      AutoScalingGroupName: name,
      LaunchConfigurationName: name,
      MinSize: '1',
      MaxSize: '5',
      DesiredCapacity: '3',
      'AvailabilityZones.member.1': 'us-west-2a',
      'Tags.member.1.Key': 'team',
      'Tags.member.1.Value': 'web',
    });
    await autoscaling('SuspendProcesses', {
      AutoScalingGroupName: name,
      'ScalingProcesses.member.1': 'AZRebalance',
    });
    const group = () => autoscaling('DescribeAutoScalingGroups', { 'AutoScalingGroupNames.member.1': name });
    const ids = all('InstanceId', await group());
    return {
      nodes: ids.map((id, n) => node(`n${n}`, id)),
      async picture() {
        const text = await group();
        const seen = [
          'ProcessName',
          'Key',
          'Value',
          'MinSize',
          'DesiredCapacity',
          'MaxSize',
          'LifecycleState',
        ];
        const filter = Object.fromEntries(ids.map((id, n) => [`InstanceId.${n + 1}`, id]));
        const machines = await ask(moto, 'ec2', 'DescribeInstances', filter);
        const states = [...machines.matchAll(/<instanceState>.*?<name>(.*?)<\/name>/gs)].map(
          ([, state]) => state,
        );
        const marks = all('key', machines).filter((key) => key.startsWith('fireaxe'));
        const told = seen.map((tag) => all(tag, text).sort().join(' ').replaceAll(name, 'GROUP'));
        return plain([states.join(' '), marks.join(' '), ...told].join('\n'));
      },
      stands: /^stopped running running /,
      close: () => autoscaling('DeleteAutoScalingGroup', { AutoScalingGroupName: name, ForceDelete: 'true' }),
    };
  },
};
