import type {
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  Instance,
  InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { ec2Client } from './client.ts';
import { asCredentialsError, isForbidden } from './errors.ts';
import type { Env } from './files.ts';
import { HalfAnswer, isPassing } from './passing.ts';

/** What Fireaxe asks of EC2. All of it may be repeated; errors about credentials come as FireaxeError. */
export interface Ec2Api {
  /** One page, as discovery reads them. */
  describe(input: DescribeInstancesCommandInput): Promise<DescribeInstancesCommandOutput>;
  /** One instance; undefined when EC2 does not know the id. */
  instance(id: string, signal?: AbortSignal): Promise<Instance | undefined>;
  /** Facts of an instance type; undefined when EC2 does not offer it. */
  type(name: string, signal?: AbortSignal): Promise<InstanceTypeInfo | undefined>;
  /** Whether the instance may not be stopped by a call; undefined where the credentials may not read that. */
  stopProtected(id: string, signal?: AbortSignal): Promise<boolean | undefined>;
  /** Which of the calls of a change of type these credentials may not make: EC2 is asked, and nothing is done. */
  notAllowed(id: string, type: string, signal?: AbortSignal): Promise<string[]>;
  stop(id: string, signal?: AbortSignal, how?: { force: boolean }): Promise<void>;
  start(id: string, signal?: AbortSignal): Promise<void>;
  setType(id: string, type: string, signal?: AbortSignal): Promise<void>;
  tag(id: string, tags: Record<string, string>, signal?: AbortSignal): Promise<void>;
  /** With a value, a tag goes only while it has that value. */
  untag(id: string, tags: Record<string, string>, signal?: AbortSignal): Promise<void>;
  /** Instances that still exist and match all these filters, `tag:env` → `prod`. */
  matching(filters: Record<string, string>, signal?: AbortSignal): Promise<Instance[]>;
  /** Which of the calls that stop, start and tag it these credentials may not make: nothing is done. */
  mayNotStop(id: string, signal?: AbortSignal): Promise<string[]>;
  close(): void;
}

export async function ec2Api(
  profile: CloudProfile,
  env: Env = process.env,
  onTrace?: OnTrace,
  maxAttempts?: number,
): Promise<Ec2Api> {
  const [sdk, client] = await Promise.all([
    import('./sdk-ec2.ts'),
    ec2Client(profile, env, onTrace, maxAttempts),
  ]);
  const abort = (signal?: AbortSignal) => (signal ? { abortSignal: signal } : {});
  const said = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      throw asCredentialsError(error, profile) ?? error;
    }
  };
  const describe = async (input: DescribeInstancesCommandInput, signal?: AbortSignal) => {
    const answer = await said(client.send(new sdk.DescribeInstancesCommand(input), abort(signal)));
    // An empty list is there all the same: without it the answer is incomplete, and does not mean that machines are gone.
    if (!answer.Reservations) throw new HalfAnswer('DescribeInstances', 'reservations');
    return answer;
  };
  /** `DryRunOperation` means yes; any other error does not concern the caller's permissions. */
  const refusedOf = async (calls: Record<string, unknown>, signal?: AbortSignal): Promise<string[]> => {
    const refused: string[] = [];
    for (const [name, command] of Object.entries(calls)) {
      const sent = command as InstanceType<typeof sdk.StopInstancesCommand>;
      const error = await client.send(sent, abort(signal)).catch((e) => e);
      if (isForbidden(error)) refused.push(`ec2:${name}`);
      else if (asCredentialsError(error, profile)) throw asCredentialsError(error, profile);
      else if (isPassing(error)) throw error;
    }
    return refused;
  };
  const tagsOf = (tags: Record<string, string>) =>
    Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return {
    describe: (input) => describe(input),

    async instance(id, signal) {
      const answer = await describe({ InstanceIds: [id] }, signal).catch(unless('InvalidInstanceID'));
      return answer?.Reservations?.[0]?.Instances?.[0];
    },

    async type(name, signal) {
      const command = new sdk.DescribeInstanceTypesCommand({ InstanceTypes: [name as 'm5.large'] });
      const answer = await said(client.send(command, abort(signal))).catch(unless('InvalidInstanceType'));
      if (answer && !answer.InstanceTypes) throw new HalfAnswer('DescribeInstanceTypes', 'types');
      return answer?.InstanceTypes?.[0];
    },

    async stopProtected(id, signal) {
      const command = new sdk.DescribeInstanceAttributeCommand({
        InstanceId: id,
        Attribute: 'disableApiStop',
      });
      const answer = await said(client.send(command, abort(signal))).catch((error) => {
        if (isForbidden(error.cause)) return undefined;
        throw error;
      });
      return answer?.DisableApiStop?.Value;
    },

    notAllowed(id, type, signal) {
      const dry = { DryRun: true };
      const calls = {
        StopInstances: new sdk.StopInstancesCommand({ InstanceIds: [id], ...dry }),
        ModifyInstanceAttribute: new sdk.ModifyInstanceAttributeCommand({
          InstanceId: id,
          InstanceType: { Value: type },
          ...dry,
        }),
        StartInstances: new sdk.StartInstancesCommand({ InstanceIds: [id], ...dry }),
      };
      return refusedOf(calls, signal);
    },

    async stop(id, signal, how) {
      const force = how?.force ? { Force: true } : {};
      const command = new sdk.StopInstancesCommand({ InstanceIds: [id], ...force });
      await said(client.send(command, abort(signal)));
    },

    async start(id, signal) {
      await said(client.send(new sdk.StartInstancesCommand({ InstanceIds: [id] }), abort(signal)));
    },

    async setType(id, type, signal) {
      const command = new sdk.ModifyInstanceAttributeCommand({
        InstanceId: id,
        InstanceType: { Value: type },
      });
      await said(client.send(command, abort(signal)));
    },

    async tag(id, tags, signal) {
      const command = new sdk.CreateTagsCommand({ Resources: [id], Tags: tagsOf(tags) });
      await said(client.send(command, abort(signal)));
    },

    async untag(id, tags, signal) {
      const command = new sdk.DeleteTagsCommand({ Resources: [id], Tags: tagsOf(tags) });
      await said(client.send(command, abort(signal)));
    },

    async matching(filters, signal) {
      const Filters = Object.entries(filters).map(([Name, value]) => ({ Name, Values: [value] }));
      const found: Instance[] = [];
      for (let token: string | undefined; ; ) {
        const input = { Filters, MaxResults: 1000, ...(token && { NextToken: token }) };
        const page = await describe(input, signal);
        found.push(...page.Reservations!.flatMap((one) => one.Instances ?? []));
        token = page.NextToken;
        if (!token) return found.filter(({ State }) => State?.Name !== 'terminated');
      }
    },

    mayNotStop(id, signal) {
      const dry = { DryRun: true };
      const tags = { Resources: [id], Tags: [{ Key: 'fireaxe:run', Value: 'dry-run' }], ...dry };
      const calls = {
        StopInstances: new sdk.StopInstancesCommand({ InstanceIds: [id], ...dry }),
        StartInstances: new sdk.StartInstancesCommand({ InstanceIds: [id], ...dry }),
        CreateTags: new sdk.CreateTagsCommand(tags),
        DeleteTags: new sdk.DeleteTagsCommand(tags),
      };
      return refusedOf(calls, signal);
    },

    close: () => client.destroy(),
  };
}

/** Turns errors whose name begins so into undefined: there is no such thing. */
function unless(name: string): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof Error && error.name.startsWith(name)) return undefined;
    throw error;
  };
}
