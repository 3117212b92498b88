import type {
  Instance,
  InstanceStatus,
  LaunchTemplateVersion,
  RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { asker } from './asker.ts';
import { ec2Client } from './client.ts';
import { asCredentialsError, isForbidden } from './errors.ts';
import type { Env } from './files.ts';
import { HalfAnswer, isPassing } from './passing.ts';
import type { Patiently } from './patience.ts';

/** A launch without what EC2 requires of each: one machine, and a token by which a repetition is known. */
export type Launch = Omit<RunInstancesCommandInput, 'MinCount' | 'MaxCount' | 'ClientToken' | 'DryRun'>;

/** What Fireaxe asks of EC2 about machines that it launches. All of it may be repeated. */
export interface LaunchApi {
  /** A version of a template, by its id or its name; undefined where there is none. */
  template(name: string, version: string, signal: AbortSignal): Promise<LaunchTemplateVersion | undefined>;
  /** Machines by values of a filter, `client-token` or `instance-id`; those that are gone are left out by EC2 in time. */
  machines(filter: string, values: string[], signal: AbortSignal): Promise<Instance[]>;
  /** The status checks of those that run. */
  statuses(ids: string[], signal: AbortSignal): Promise<InstanceStatus[]>;
  /** Why EC2 would refuse the launch, `forbidden` where these credentials may not; nothing is done. */
  refusal(launch: Launch, signal: AbortSignal): Promise<'forbidden' | string | undefined>;
  /** One machine for one token, however often it is called. */
  launch(launch: Launch, token: string, signal: AbortSignal): Promise<Instance>;
  terminate(ids: string[], signal: AbortSignal): Promise<void>;
  close(): void;
}

const ONE = { MinCount: 1, MaxCount: 1 };

export async function launchApi(
  profile: CloudProfile,
  options: { env?: Env; onTrace?: OnTrace | undefined; again: Patiently },
): Promise<LaunchApi> {
  const { again, env = process.env, onTrace } = options;
  const [sdk, client] = await Promise.all([import('./sdk-ec2.ts'), ec2Client(profile, env, onTrace, 1)]);
  const said = asker(again, profile);
  return {
    template(name, version, signal) {
      const command = new sdk.DescribeLaunchTemplateVersionsCommand({
        ...templateNamed(name),
        Versions: [version],
      });
      return said(async (how) => {
        const { LaunchTemplateVersions: found } = await client.send(command, how);
        if (!found) throw new HalfAnswer('DescribeLaunchTemplateVersions', 'versions');
        return found[0];
      }, signal).catch((error: unknown) => {
        if (error instanceof Error && error.name.startsWith('InvalidLaunchTemplate')) return undefined;
        throw error;
      });
    },

    async machines(filter, values, signal) {
      const found: Instance[] = [];
      for (let token: string | undefined, first = true; first || token; first = false) {
        const command = new sdk.DescribeInstancesCommand({
          Filters: [{ Name: filter, Values: values }],
          ...(token && { NextToken: token }),
        });
        const page = await said(async (how) => {
          const answer = await client.send(command, how);
          if (!answer.Reservations) throw new HalfAnswer('DescribeInstances', 'reservations');
          return answer;
        }, signal);
        found.push(...page.Reservations!.flatMap((one) => one.Instances ?? []));
        token = page.NextToken;
      }
      return found;
    },

    statuses(ids, signal) {
      const command = new sdk.DescribeInstanceStatusCommand({ InstanceIds: ids });
      return said(async (how) => {
        const { InstanceStatuses: found } = await client.send(command, how);
        if (!found) throw new HalfAnswer('DescribeInstanceStatus', 'statuses');
        return found;
      }, signal).catch((error: unknown) => {
        // A replica of EC2 may not know yet what another one has shown.
        if (error instanceof Error && error.name.startsWith('InvalidInstanceID')) return [];
        throw error;
      });
    },

    refusal(launch, signal) {
      const command = new sdk.RunInstancesCommand({ ...launch, ...ONE, DryRun: true });
      return again(async () => {
        const error: unknown = await client.send(command, { abortSignal: signal }).catch((e) => e);
        if (isForbidden(error)) return 'forbidden';
        if (asCredentialsError(error, profile)) throw asCredentialsError(error, profile);
        if (isPassing(error)) throw error;
        if (!(error instanceof Error) || error.name === 'DryRunOperation') return undefined;
        return `${error.name}: ${error.message}`;
      }, signal);
    },

    launch(launch, token, signal) {
      const command = new sdk.RunInstancesCommand({ ...launch, ...ONE, ClientToken: token });
      return said(async (how) => {
        const { Instances: [machine] = [] } = await client.send(command, how);
        if (!machine) throw new HalfAnswer('RunInstances', 'instance');
        return machine;
      }, signal);
    },

    async terminate(ids, signal) {
      const command = new sdk.TerminateInstancesCommand({ InstanceIds: ids });
      await said((how) => client.send(command, how), signal);
    },

    close: () => client.destroy(),
  };
}

/** As requests name a template: `lt-…` is an id. */
export function templateNamed(name: string): { LaunchTemplateId: string } | { LaunchTemplateName: string } {
  return /^lt-[0-9a-f]{8,17}$/.test(name) ? { LaunchTemplateId: name } : { LaunchTemplateName: name };
}
