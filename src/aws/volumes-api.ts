import type { Volume, VolumeModification, VolumeType } from '@aws-sdk/client-ec2';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { asker } from './asker.ts';
import { ec2Client } from './client.ts';
import { asCredentialsError, isForbidden } from './errors.ts';
import type { Env } from './files.ts';
import { HalfAnswer, isPassing } from './passing.ts';
import type { Patiently } from './patience.ts';

export interface VolumeChange {
  type: string;
  iops?: number | undefined;
  throughput?: number | undefined;
}

/** What Fireaxe asks of EC2 about volumes. Errors about credentials come as FireaxeError. */
export interface VolumesApi {
  /** The volumes of a machine. */
  attached(instance: string, signal: AbortSignal): Promise<Volume[]>;
  /** The latest modification of each volume that ever had one. */
  modifications(volumes: string[], signal: AbortSignal): Promise<VolumeModification[]>;
  /** Whether these credentials may modify it: EC2 is asked, and nothing is done. */
  mayModify(volume: string, signal: AbortSignal): Promise<boolean>;
  /** One attempt: EC2 counts each one that it accepts, so the caller looks before it asks again. */
  modify(volume: string, change: VolumeChange, signal: AbortSignal): Promise<void>;
  close(): void;
}

export async function volumesApi(
  profile: CloudProfile,
  options: { env?: Env; onTrace?: OnTrace | undefined; again: Patiently },
): Promise<VolumesApi> {
  const { again, env = process.env, onTrace } = options;
  const [sdk, client] = await Promise.all([import('./sdk-ec2.ts'), ec2Client(profile, env, onTrace, 1)]);
  const said = asker(again, profile);
  return {
    attached(instance, signal) {
      const command = new sdk.DescribeVolumesCommand({
        Filters: [{ Name: 'attachment.instance-id', Values: [instance] }],
      });
      return said(async (how) => {
        const { Volumes: found } = await client.send(command, how);
        if (!found) throw new HalfAnswer('DescribeVolumes', 'volumes');
        return found;
      }, signal);
    },

    modifications(volumes, signal) {
      const command = new sdk.DescribeVolumesModificationsCommand({
        Filters: [{ Name: 'volume-id', Values: volumes }],
      });
      return said(async (how) => {
        const { VolumesModifications: found } = await client.send(command, how);
        if (!found) throw new HalfAnswer('DescribeVolumesModifications', 'modifications');
        return found;
      }, signal);
    },

    mayModify(volume, signal) {
      const command = new sdk.ModifyVolumeCommand({ VolumeId: volume, DryRun: true });
      return again(async () => {
        const error = await client.send(command, { abortSignal: signal }).catch((e) => e);
        if (isForbidden(error)) return false;
        if (asCredentialsError(error, profile)) throw asCredentialsError(error, profile);
        if (isPassing(error)) throw error;
        return true;
      }, signal);
    },

    async modify(volume, { type, iops, throughput }, signal) {
      const command = new sdk.ModifyVolumeCommand({
        VolumeId: volume,
        VolumeType: type as VolumeType,
        // gp2 takes neither.
        ...(type !== 'gp2' && iops !== undefined && { Iops: iops }),
        ...(type === 'gp3' && throughput !== undefined && { Throughput: throughput }),
      });
      try {
        await client.send(command, { abortSignal: signal });
      } catch (error) {
        throw asCredentialsError(error, profile) ?? error;
      }
    },

    close: () => client.destroy(),
  };
}
