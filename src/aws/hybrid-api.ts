import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { asker } from './asker.ts';
import { ssmClient } from './client.ts';
import type { Env } from './files.ts';
import { HalfAnswer } from './passing.ts';
import { type Patience, patiently } from './patience.ts';

/** A machine outside EC2 that is registered with Systems Manager. */
export interface HybridMachine {
  InstanceId?: string | undefined;
  Name?: string | undefined;
  ComputerName?: string | undefined;
  IPAddress?: string | undefined;
  LastPingDateTime?: Date | undefined;
}

export interface HybridApi {
  /** All of the account in the region. */
  machines(): Promise<HybridMachine[]>;
  tags(id: string): Promise<{ Key?: string | undefined; Value?: string | undefined }[]>;
  close(): void;
}

const PAGE = 50;

export async function hybridApi(
  profile: CloudProfile,
  patience: Patience,
  env: Env,
  onTrace?: OnTrace,
): Promise<HybridApi> {
  const [sdk, client] = await Promise.all([import('./sdk-ssm.ts'), ssmClient(profile, env, onTrace)]);
  const ask = asker(patiently(patience), profile);
  const signal = patience.signal ?? new AbortController().signal;
  return {
    async machines() {
      const found: HybridMachine[] = [];
      let token: string | undefined;
      do {
        const input = {
          // It cannot be combined with a filter for tags.
          Filters: [{ Key: 'ResourceType', Values: ['ManagedInstance'] }],
          MaxResults: PAGE,
          ...(token ? { NextToken: token } : {}),
        };
        const answer = await ask(
          (how) => client.send(new sdk.DescribeInstanceInformationCommand(input), how),
          signal,
        );
        if (!answer.InstanceInformationList)
          throw new HalfAnswer('DescribeInstanceInformation', 'InstanceInformationList');
        found.push(...answer.InstanceInformationList);
        token = answer.NextToken;
      } while (token);
      return found;
    },
    async tags(id) {
      const input = { ResourceType: 'ManagedInstance' as const, ResourceId: id };
      const answer = await ask((how) => client.send(new sdk.ListTagsForResourceCommand(input), how), signal);
      if (!answer.TagList) throw new HalfAnswer('ListTagsForResource', 'TagList');
      return answer.TagList;
    },
    close: () => client.destroy(),
  };
}
