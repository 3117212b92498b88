import { launch } from './account.ts';
import { all, ask, type MotoLever, node, one, REGION } from './scene.ts';

const BIG = 'm5.4xlarge';
const SEEN = ['instanceType', 'name', 'rootDeviceType', 'key', 'value', 'availabilityZone'];

export const scale: MotoLever = {
  name: 'scale',
  args: ['scale', '--nodes', 'n0', '--type', BIG, '--ignore-quorum'],
  targets: 1,
  async open(moto) {
    const [id] = await launch(moto, REGION, 1, { team: 'web' });
    return {
      nodes: [node('n0', id!)],
      async picture() {
        const text = await ask(moto, 'ec2', 'DescribeInstances', { 'InstanceId.1': id! });
        return SEEN.flatMap((tag) => all(tag, text)).join(' ');
      },
      stands: new RegExp(`${BIG} .*running`),
    };
  },
};

export const scaleVolume: MotoLever = {
  name: 'scale --iops',
  args: ['scale', '--iops', '16000', '--device', '/dev/sdb', '--nodes', 'n0'],
  targets: 1,
  async open(moto) {
    const [id] = await launch(moto, REGION, 1);
    const made = await ask(moto, 'ec2', 'CreateVolume', {
      ...{ VolumeType: 'gp3', Size: '100', Iops: '3000', Throughput: '125', AvailabilityZone: 'us-west-2a' },
    });
    const volume = one('volumeId', made);
    await ask(moto, 'ec2', 'AttachVolume', { VolumeId: volume, InstanceId: id!, Device: '/dev/sdb' });
    return {
      nodes: [node('n0', id!, { roles: ['control-plane'] })],
      async picture() {
        const text = await ask(moto, 'ec2', 'DescribeVolumes', { 'VolumeId.1': volume });
        return ['volumeType', 'size', 'iops', 'throughput', 'key']
          .map((tag) => all(tag, text).join(' '))
          .join(' ');
      },
      stands: /^gp3 100 16000 125 /,
    };
  },
};
