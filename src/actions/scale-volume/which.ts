import type { Volume } from '@aws-sdk/client-ec2';
import type { Target } from '../../kit/types.ts';
import { nodeScript } from '../../node/script.ts';
import { type Action, type CloudContext, defineAction } from '../types.ts';
import node from './etcd-volume.sh';

/** Finds the disk of etcd's data on its host; not an action that a user can name, and it changes nothing. */
export const etcdVolume = defineAction({
  name: 'etcd-volume',
  title: 'Find the disk of etcd',
  danger: 'read',
  scope: 'node',
  parameters: {},
  summary: () => 'find the disk of etcd',
  node: { fragments: { node }, variables: () => ({}) },
}) as Action;

const READ_MS = 10_000;

/** The volumes of the machine that are meant; a text says why none is. */
export async function volumesMeant(
  attached: Volume[],
  device: string,
  target: Target,
  context: CloudContext,
): Promise<Volume[] | string> {
  const known = attached.map((volume) => `${volume.VolumeId} at ${deviceOf(volume)}`).join(', ');
  if (attached.length === 0) return 'it has no volume';
  if (device === 'all') return attached;
  if (device !== 'etcd') {
    const named = attached.filter((volume) => sameDevice(deviceOf(volume), device));
    return named.length > 0 ? named : `it has no volume at ${device}: ${known}`;
  }
  const disks = await disksOfEtcd(target, context);
  if (typeof disks === 'string') return `${disks}; name the volume with --device: ${known}`;
  const of = (disk: string) =>
    attached.filter((volume) => volume.VolumeId === disk || sameDevice(deviceOf(volume), disk));
  const lost = disks.find((disk) => of(disk).length === 0);
  return lost === undefined
    ? disks.flatMap(of)
    : `etcd's data is on ${lost}, which is not a volume of the machine; name it with --device: ${known}`;
}

export function deviceOf(volume: Volume): string {
  return volume.Attachments?.[0]?.Device ?? '';
}

/** The kernel of a Xen machine says xvdb for EC2's sdb. */
function sameDevice(a: string, b: string): boolean {
  const plain = (name: string) => name.replace(/^\/dev\/(xvd|sd)([a-z]+)1?$/, '$2');
  return plain(a) === plain(b);
}

/** Each by its volume's id, or by its device. */
async function disksOfEtcd(target: Target, context: CloudContext): Promise<string[] | string> {
  const script = nodeScript({
    action: etcdVolume,
    params: {},
    op: 'check',
    runId: context.runId,
    stepId: context.stepId,
    notAfter: new Date(Date.now() + 60_000),
    deadlineMs: READ_MS,
    context,
  });
  const [outcome] = await context.reach([target], script);
  const disks = outcome?.state === 'ok' ? outcome.result?.data?.disks : undefined;
  if (disks) return disks.split(' ');
  const why = outcome?.result?.note ?? outcome?.reason?.message ?? 'no answer';
  return `the disk of etcd is not known: ${why}`;
}
