import type { ManagedPrefixList, PrefixListEntry } from '@aws-sdk/client-ec2';
import type { BeforeState } from '../../node/types.ts';
import { CloudError } from '../cloud/side.ts';
import { readAdmission } from './admission.ts';
import { covers } from './cidr.ts';
import { endLease, takeLease } from './group-lease.ts';
import { admitsClients, isOnlyFor, noneAdmitted, sharedWith, shutOut, stillAdmitted } from './group-rules.ts';
import { errorNamed, type Hands, leasedTo } from './job.ts';
import { leaseOf, RUN_TAG } from './lease.ts';
import { cutsOwnWay } from './site.ts';
import type { Way } from './way.ts';

/** Longest wait for one change of a list (ms). */
const CHANGE_MS = 300_000;
const LOOK_MS = 2_000;
/** Entries that one change of a list adds or removes. */
const MOST_ENTRIES = 100;

/**
 * Entries of the customer's own prefix lists that the API server's security groups admit by. One call changes a list
 * for all groups that use it; its version makes the change safe against others. Connections that are open stay open.
 */
export const prefixList: Way = {
  name: 'prefix-list',

  async plan(site, job) {
    const { ec2, params, context } = job;
    const { away, ports } = site;
    const now = await readAdmission(site, job);
    const admitting = now.rules.filter((rule) => admitsClients(rule, away, now));
    if (admitting.length === 0) {
      const named = [...now.lists.keys()];
      const lists = named.length > 0 ? await ec2.prefixLists({ 'prefix-list-id': named }) : [];
      return { nothing: noneAdmitted(now, site, lists, context) };
    }
    const ids = [...new Set(admitting.flatMap(({ PrefixListId }) => PrefixListId ?? []))];
    if (ids.length === 0)
      return {
        refusal: {
          code: 'no-rule',
          note: 'no rule of the security groups admits the clients by a prefix list',
        },
      };
    const found = await ec2.prefixLists({ 'prefix-list-id': ids });
    const lists = found.filter(({ OwnerId }) => OwnerId !== 'AWS');
    const narrow = (id: string) =>
      (now.lists.get(id) ?? []).filter((cidr) => away.some((network) => covers(network, cidr)));
    // What is left of each list must admit none of them, and no rule beside the lists may.
    const then = {
      ...now,
      lists: new Map(
        [...now.lists].map(([id, blocks]) => [
          id,
          lists.some(({ PrefixListId }) => PrefixListId === id)
            ? blocks.filter((block) => !narrow(id).includes(block))
            : blocks,
        ]),
      ),
    };
    const rest = now.rules.filter(
      (rule) =>
        admitsClients(rule, away, then) || (ids.includes(rule.PrefixListId ?? '') && !isOnlyFor(rule, ports)),
    );
    if (rest.length > 0) return { refusal: { code: 'no-rule', note: stillAdmitted(rest) } };
    const lost = shutOut(now, then, `the entries of ${ids.join(', ')}`, params.shared);
    if (lost) return { refusal: lost };
    const own = await cutsOwnWay(site, job, (endpoint) =>
      endpoint.groups.some((id) => now.groups.includes(id)),
    );
    if (own) return { refusal: own };
    const using = [...new Set(admitting.flatMap(({ GroupId }) => GroupId ?? []))];
    const others = params.shared ? '' : await sharedWith(using, site, job);
    if (others) return { refusal: { code: 'shared', note: others } };
    const removed = new Map<string, PrefixListEntry[]>();
    for (const list of lists) {
      const id = list.PrefixListId!;
      const lease = leaseOf(list.Tags);
      if (lease && lease.run !== context.runId) return { refusal: leasedTo(id, lease.run) };
      const users = (await ec2.prefixUsers(id)).filter(
        ({ ResourceId }) => !now.groups.includes(ResourceId ?? ''),
      );
      if (users.length > 0 && !params.shared)
        return {
          refusal: {
            code: 'shared',
            note: `${id} is also used by ${users.map(({ ResourceId }) => ResourceId).join(', ')}`,
          },
        };
      const entries = await ec2.prefixEntries(id);
      removed.set(
        id,
        entries.filter(({ Cidr }) => Cidr !== undefined && narrow(id).includes(Cidr)),
      );
    }
    const [first] = lists;
    const id = first!.PrefixListId!;
    return {
      before: {
        with: 'prefix-list',
        ...Object.fromEntries(
          [...removed].flatMap(([list, entries]) =>
            entries.map(({ Cidr, Description = '' }) => [
              `entry.${list}.${keyOf(Cidr!)}`,
              `${Cidr} ${Description}`,
            ]),
          ),
        ),
      },
      note: [
        ...[...removed].map(([list, all]) => `remove ${all.map(({ Cidr }) => Cidr).join(', ')} from ${list}`),
        'connections that are open stay open',
      ].join('; '),
      calls: {
        ModifyManagedPrefixList: (dry) =>
          ec2.modifyPrefixList(
            { id, version: first!.Version! },
            atOnce({ remove: removed.get(id)!.map(({ Cidr }) => Cidr!) }),
            dry,
          ),
        CreateTags: (dry) => ec2.tag(id, { [RUN_TAG]: context.runId }, dry),
        DeleteTags: (dry) => ec2.untag(id, [RUN_TAG], dry),
      },
    };
  },

  async apply(before, job) {
    for (const [id, entries] of byList(before)) {
      await takeLease(id, (await read(id, job)).Tags, before, job);
      await change(id, job, (present) => {
        const left = present.filter(({ Cidr }) => entries.some((entry) => entry.Cidr === Cidr));
        const changed = left.find((one) => !entries.some((entry) => isSame(entry, one)));
        if (changed)
          throw new CloudError(
            'changed-since',
            `somebody else has changed the entry ${changed.Cidr} of ${id} since the check`,
          );
        return { remove: left.map(({ Cidr }) => Cidr!) };
      });
    }
  },

  async tags(before, job) {
    return Promise.all(
      [...byList(before).keys()].map(async (id) => [id, (await read(id, job)).Tags] as const),
    );
  },

  async held(before, job) {
    let there = 0;
    let all = 0;
    for (const [id, entries] of byList(before)) {
      const present = await job.ec2.prefixEntries(id);
      all += entries.length;
      there += entries.filter(({ Cidr }) => present.some((one) => one.Cidr === Cidr)).length;
    }
    return there === 0 ? 'all' : there === all ? 'none' : 'part';
  },

  async undo(before, job) {
    const left: string[] = [];
    for (const [id, entries] of byList(before)) {
      await change(id, job, (present) => ({
        add: entries.filter(({ Cidr }) => !present.some((one) => one.Cidr === Cidr)),
      }));
      const present = await job.ec2.prefixEntries(id);
      for (const entry of entries) {
        const now = present.find(({ Cidr }) => Cidr === entry.Cidr);
        if (now && !isSame(now, entry))
          left.push(`${entry.Cidr} of ${id} is now described as ${JSON.stringify(now.Description ?? '')}`);
      }
      await endLease(id, (await read(id, job)).Tags, job);
    }
    return left;
  },
};

type Change = { add?: PrefixListEntry[]; remove?: string[] };

const atOnce = ({ add = [], remove = [] }: Change): Change => ({
  add: add.slice(0, MOST_ENTRIES),
  remove: remove.slice(0, MOST_ENTRIES),
});

/** Compare and swap: a change is made from the version that was read; where another came first, it is read again. */
async function change(id: string, job: Hands, wanted: (present: PrefixListEntry[]) => Change): Promise<void> {
  const until = job.now() + CHANGE_MS;
  for (let look = 0; ; look++) {
    const list = await read(id, job);
    if (!list.State?.endsWith('-in-progress')) {
      const next = wanted(await job.ec2.prefixEntries(id));
      if ((next.add ?? []).length + (next.remove ?? []).length === 0) return;
      await job.ec2.modifyPrefixList({ id, version: list.Version! }, atOnce(next)).catch((error: unknown) => {
        if (!errorNamed(error, /^(IncorrectState|PrefixListVersionMismatch)$/)) throw error;
      });
    }
    if (look * LOOK_MS > CHANGE_MS || job.now() > until)
      throw new CloudError('too-slow', `${id} is still ${list.State}`);
    await job.sleep(LOOK_MS, job.context.signal);
  }
}

async function read(id: string, { ec2 }: Hands): Promise<ManagedPrefixList> {
  const [list] = await ec2.prefixLists({ 'prefix-list-id': [id] });
  if (!list) throw new CloudError('gone', `EC2 has no prefix list ${id}`);
  return list;
}

const keyOf = (cidr: string) => cidr.replace(/[^0-9a-f.]/g, '-');

const isSame = (a: PrefixListEntry, b: PrefixListEntry) =>
  a.Cidr === b.Cidr && (a.Description ?? '') === (b.Description ?? '');

function byList(before: BeforeState): Map<string, PrefixListEntry[]> {
  const lists = new Map<string, PrefixListEntry[]>();
  for (const [key, text] of Object.entries(before)) {
    const id = /^entry\.(pl-[^.]+)\./.exec(key)?.[1];
    if (!id) continue;
    const [Cidr, ...words] = text.split(' ');
    const Description = words.join(' ');
    lists.set(id, [...(lists.get(id) ?? []), { Cidr, ...(Description && { Description }) }]);
  }
  return lists;
}
