import { CloudError } from '../errors.ts';
import { filtersOf, type QueryParameters, required } from '../query/parameters.ts';
import type { QueryOperations } from '../query/service.ts';
import type { ServiceDeps } from '../service.ts';
import { dryRunEnds } from './dry-run.ts';
import type { CloudVolume } from './volume.ts';

/** From accepted to optimizing, and from there to completed. */
const MODIFYING_MS = 20;
const OPTIMIZING_MS = 20;
const MOST_A_DAY = 4;

type Target = NonNullable<CloudVolume['modification']>['to'];

/** EBS volumes and their modifications. */
export function volumeOperations({ world, faults }: Pick<ServiceDeps, 'world' | 'faults'>): QueryOperations {
  const all = () => world.volumes ?? [];
  const matching = (parameters: QueryParameters, names: Record<string, (volume: CloudVolume) => string>) =>
    all().filter((volume) =>
      filtersOf(parameters).every(({ name, values }) => values.includes(names[name]?.(volume) ?? '')),
    );
  return {
    DescribeVolumes(parameters) {
      const found = matching(parameters, { 'attachment.instance-id': ({ instance }) => instance });
      return {
        volumeSet: found.map((volume) => ({
          volumeId: volume.id,
          size: volume.sizeGib,
          volumeType: volume.type,
          iops: volume.iops,
          throughput: volume.throughput,
          status: 'in-use',
          attachmentSet: [{ volumeId: volume.id, instanceId: volume.instance, device: volume.device }],
        })),
      };
    },
    DescribeVolumesModifications(parameters) {
      const found = matching(parameters, { 'volume-id': ({ id }) => id });
      return {
        volumeModificationSet: found.flatMap(({ id, modification: last }) =>
          last
            ? [
                {
                  volumeId: id,
                  modificationState: last.state,
                  targetVolumeType: last.to.type,
                  targetIops: last.to.iops,
                  targetThroughput: last.to.throughput,
                  progress: last.state === 'completed' ? 100 : 10,
                  startTime: last.startedAt.toISOString(),
                },
              ]
            : [],
        ),
      };
    },
    ModifyVolume(parameters) {
      const id = required(parameters, 'VolumeId');
      const volume = all().find((one) => one.id === id);
      if (!volume) throw new CloudError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
      dryRunEnds(parameters);
      const last = volume.modification;
      if (last && last.state !== 'completed' && last.state !== 'failed')
        throw new CloudError(
          'IncorrectModificationState',
          `Cannot modify volume ${id}: it is ${last.state}.`,
        );
      if ((volume.modified ?? 0) >= MOST_A_DAY)
        throw new CloudError(
          'VolumeModificationRateExceeded',
          "You've reached the maximum modification rate per volume limit. Wait until 2026-01-02T00:00:00Z.",
        );
      begin(volume, targetOf(volume, parameters), faults.slowVolumes.has(id));
      return {};
    },
  };
}

function targetOf(volume: CloudVolume, parameters: QueryParameters): Target {
  const type = (parameters.get('VolumeType') ?? volume.type) as CloudVolume['type'];
  const number = (name: string) => (parameters.has(name) ? Number(parameters.get(name)) : undefined);
  if (type === 'gp2') return { type, iops: Math.max(100, 3 * volume.sizeGib) };
  const iops = number('Iops') ?? (volume.type === type ? volume.iops : undefined) ?? 3000;
  if (type !== 'gp3') return { type, iops };
  const throughput = number('Throughput') ?? (volume.type === type ? volume.throughput : undefined) ?? 125;
  const most = Math.min(80_000, Math.max(3000, 500 * volume.sizeGib));
  if (iops < 3000 || iops > most)
    throw new CloudError('InvalidParameterValue', `Volume iops of ${iops} is not valid: 3000 to ${most}.`);
  if (throughput < 125 || throughput > 2000 || throughput * 4 > iops)
    throw new CloudError(
      'InvalidParameterValue',
      `Throughput of ${throughput} is not valid at ${iops} IOPS.`,
    );
  return { type, iops, throughput };
}

/** The new speed shows when it is there; a volume stays `optimizing` for long after that. */
function begin(volume: CloudVolume, to: Target, slow: boolean): void {
  const modification: NonNullable<CloudVolume['modification']> = {
    state: 'modifying',
    startedAt: new Date(),
    to,
  };
  volume.modification = modification;
  volume.modified = (volume.modified ?? 0) + 1;
  setTimeout(() => {
    modification.state = 'optimizing';
    if (!slow)
      setTimeout(() => {
        modification.state = 'completed';
        volume.type = to.type;
        volume.iops = to.iops as number;
        if (to.throughput === undefined) delete volume.throughput;
        else volume.throughput = to.throughput;
      }, OPTIMIZING_MS).unref();
  }, MODIFYING_MS).unref();
}
