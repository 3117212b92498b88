import type { TagDescription } from '@aws-sdk/client-ec2';
import { type Caller, dry, type Filters, filtersOf } from './caller.ts';

/** Tags of whatever EC2 has. */
export interface TagsApi {
  tags(filters: Filters): Promise<TagDescription[]>;
  tag(id: string, tags: Record<string, string>, dryRun?: boolean): Promise<unknown>;
  untag(id: string, keys: string[], dryRun?: boolean): Promise<unknown>;
}

export function tagsApi({ sdk, send, every }: Caller): TagsApi {
  return {
    tags: (filters) =>
      every('DescribeTags', async (more) => {
        const answer = await send(new sdk.DescribeTagsCommand({ Filters: filtersOf(filters), ...more }));
        return { list: answer.Tags, token: answer.NextToken };
      }),
    tag: (id, tags, dryRun) =>
      send(
        new sdk.CreateTagsCommand({
          Resources: [id],
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          ...dry(dryRun),
        }),
      ),
    untag: (id, keys, dryRun) =>
      send(
        new sdk.DeleteTagsCommand({
          Resources: [id],
          Tags: keys.map((Key) => ({ Key })),
          ...dry(dryRun),
        }),
      ),
  };
}
