import type {
  DescribeInstancesCommandInput,
  DescribeInstancesCommandOutput,
  Instance,
  InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import { ec2Client } from './cloud-client.ts';
import { asCredentialsError } from './cloud-errors.ts';
import type { Env } from './cloud-files.ts';
import type { CloudProfile } from './types.ts';

/** What Fireaxe asks of EC2. All of it may be repeated; errors about credentials come as FireaxeError. */
export interface Ec2Api {
  /** One page, as discovery reads them. */
  describe(input: DescribeInstancesCommandInput): Promise<DescribeInstancesCommandOutput>;
  /** One instance; undefined when EC2 knows none with this id. */
  instance(id: string, signal?: AbortSignal): Promise<Instance | undefined>;
  /** Facts of an instance type; undefined when EC2 sells none of this name. */
  type(name: string, signal?: AbortSignal): Promise<InstanceTypeInfo | undefined>;
  stop(id: string, signal?: AbortSignal): Promise<void>;
  start(id: string, signal?: AbortSignal): Promise<void>;
  setType(id: string, type: string, signal?: AbortSignal): Promise<void>;
  close(): void;
}

export async function ec2Api(profile: CloudProfile, env: Env = process.env): Promise<Ec2Api> {
  const [sdk, client] = await Promise.all([import('./sdk-ec2.ts'), ec2Client(profile, env)]);
  const abort = (signal?: AbortSignal) => (signal ? { abortSignal: signal } : {});
  const said = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      throw asCredentialsError(error, profile) ?? error;
    }
  };
  return {
    describe: (input) => said(client.send(new sdk.DescribeInstancesCommand(input))),

    async instance(id, signal) {
      const command = new sdk.DescribeInstancesCommand({ InstanceIds: [id] });
      const answer = await said(client.send(command, abort(signal))).catch(unless('InvalidInstanceID'));
      return answer?.Reservations?.[0]?.Instances?.[0];
    },

    async type(name, signal) {
      const command = new sdk.DescribeInstanceTypesCommand({ InstanceTypes: [name as 'm5.large'] });
      const answer = await said(client.send(command, abort(signal))).catch(unless('InvalidInstanceType'));
      return answer?.InstanceTypes?.[0];
    },

    async stop(id, signal) {
      await said(client.send(new sdk.StopInstancesCommand({ InstanceIds: [id] }), abort(signal)));
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

    close: () => client.destroy(),
  };
}

/** Takes errors whose name begins so for "there is none". */
function unless(name: string): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof Error && error.name.startsWith(name)) return undefined;
    throw error;
  };
}
