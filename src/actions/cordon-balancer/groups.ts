import type { TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { TargetsApi } from '../../aws/elb-api.ts';
import type { CloudProfile } from '../../kit/types.ts';
import type { GroupReading } from './registration.ts';

/** So long is what all nodes of a run look through: which group has which targets. */
const LIST_MS = 60_000;

/** Groups that are read at the same time. */
const AT_ONCE = 8;

/**
 * The target groups of an account and region. The API tells the targets of a group, never the groups of a target: all
 * nodes of a run share one reading of them, and read anew only the groups that are theirs.
 */
export class Groups {
  readonly #now: () => number;
  #list: { at: number; groups: Promise<TargetGroup[]> } | undefined;
  readonly #readings = new Map<string, { at: number; reading: Promise<GroupReading | undefined> }>();
  readonly #drains = new Map<string, Promise<number>>();
  /** Targets that this run has deregistered, or would: a reading may not show it yet. */
  readonly taken = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Those that can hold nodes, or those of these names. */
  async list(api: TargetsApi, only: string[]): Promise<TargetGroup[]> {
    if (!this.#list || this.#now() - this.#list.at > LIST_MS) {
      const groups = api.groups();
      this.#list = { at: this.#now(), groups };
      groups.catch(() => {
        this.#list = undefined;
      });
    }
    const all = await this.#list.groups;
    return all.filter(
      ({ TargetType, TargetGroupName, TargetGroupArn }) =>
        (TargetType === 'instance' || TargetType === 'ip') &&
        (only.length === 0 || only.includes(TargetGroupName ?? '') || only.includes(TargetGroupArn ?? '')),
    );
  }

  /** Those of these names or ARNs that no group of the account and region has. */
  async unknown(api: TargetsApi, named: string[]): Promise<string[]> {
    if (named.length === 0) return [];
    const all = await this.list(api, named);
    return named.filter(
      (name) =>
        !all.some(
          ({ TargetGroupName, TargetGroupArn }) => name === TargetGroupName || name === TargetGroupArn,
        ),
    );
  }

  /** The targets of groups, not older than that. A group that is gone is left out. */
  async read(api: TargetsApi, groups: TargetGroup[], maxAgeMs: number): Promise<GroupReading[]> {
    const found: (GroupReading | undefined)[] = [];
    for (let i = 0; i < groups.length; i += AT_ONCE)
      found.push(
        ...(await Promise.all(groups.slice(i, i + AT_ONCE).map((group) => this.#one(api, group, maxAgeMs)))),
      );
    return found.flatMap((reading) => reading ?? []);
  }

  /** What `list` and `read` find, as nodes look for themselves in it. */
  async all(api: TargetsApi, only: string[]): Promise<GroupReading[]> {
    return this.read(api, await this.list(api, only), LIST_MS);
  }

  /** After a change: the next look reads it anew. */
  forget(group: string): void {
    this.#readings.delete(group);
  }

  drainSeconds(api: TargetsApi, group: string): Promise<number> {
    const known = this.#drains.get(group);
    if (known) return known;
    const seconds = api.drainSeconds(group);
    this.#drains.set(group, seconds);
    seconds.catch(() => this.#drains.delete(group));
    return seconds;
  }

  /** One node at a time decides and deregisters: two could each leave the other as the last target. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => {});
    return mine;
  }

  #one(api: TargetsApi, group: TargetGroup, maxAgeMs: number): Promise<GroupReading | undefined> {
    const arn = group.TargetGroupArn!;
    const known = this.#readings.get(arn);
    if (known && this.#now() - known.at <= maxAgeMs) return known.reading;
    const reading = api.health(arn).then((targets) => targets && { group, targets });
    this.#readings.set(arn, { at: this.#now(), reading });
    reading.catch(() => this.#readings.delete(arn));
    return reading;
  }
}

/** The groups that the nodes of a run share; a dry run counts what it would take by itself. */
export function groupsOf(
  shared: Map<string, unknown>,
  { profile = '', region }: CloudProfile,
  now: () => number,
  what = 'target groups',
): Groups {
  const key = `${what} of ${profile} in ${region}`;
  const groups = (shared.get(key) as Groups | undefined) ?? new Groups(now);
  shared.set(key, groups);
  return groups;
}
