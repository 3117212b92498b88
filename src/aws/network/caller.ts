import type { Filter } from '@aws-sdk/client-ec2';
import type { OnTrace } from '../../base/trace.ts';
import type { CloudProfile } from '../../kit/types.ts';
import { ec2Client } from '../client.ts';
import { asCredentialsError, isForbidden } from '../errors.ts';
import type { Env } from '../files.ts';
import { HalfAnswer, isPassing } from '../passing.ts';
import { type Patience, patiently } from '../patience.ts';

/** Filters by name: `{ 'vpc-id': ['vpc-1'] }`. */
export type Filters = Record<string, string[]>;

/** A change that can be asked for with DryRun: then EC2 says whether it is permitted, and does nothing. */
export type Change = (dryRun?: boolean) => Promise<unknown>;

const PAGE = 1000;
/** Of prefix lists. */
export const SMALL_PAGE = 100;

/** How all calls about networks are sent. */
export type Caller = Awaited<ReturnType<typeof networkCaller>>;

export async function networkCaller(
  profile: CloudProfile,
  patience: Patience,
  env: Env = process.env,
  onTrace?: OnTrace,
) {
  const [sdk, client] = await Promise.all([import('../sdk-ec2.ts'), ec2Client(profile, env, onTrace)]);
  const again = patiently(patience);
  const abort = patience.signal ? { abortSignal: patience.signal } : {};
  const send: typeof client.send = ((command: never) =>
    again(async () => {
      try {
        return await client.send(command, abort);
      } catch (error) {
        throw asCredentialsError(error, profile) ?? error;
      }
    })) as never;

  /** All pages of a list. A missing list is an incomplete answer: an empty one is there all the same. */
  async function every<T>(
    name: string,
    page: (more: { MaxResults: number; NextToken?: string }) => Promise<{
      list: T[] | undefined;
      token: string | undefined;
    }>,
    size = PAGE,
  ): Promise<T[]> {
    const all: T[] = [];
    let token: string | undefined;
    do {
      const asked = token;
      const { list, token: next } = await again(async () => {
        const answer = await page({ MaxResults: size, ...(asked && { NextToken: asked }) });
        if (!answer.list) throw new HalfAnswer(name, 'list');
        return answer;
      });
      all.push(...list!);
      token = next === asked ? undefined : next;
    } while (token);
    return all;
  }

  return {
    sdk,
    send,
    every,
    /** Which of these changes the credentials do not allow. */
    async notAllowed(changes: Record<string, Change>) {
      const refused: string[] = [];
      for (const [name, change] of Object.entries(changes)) {
        // `DryRunOperation` means yes; any other error does not concern the caller's permissions.
        const error = await change(true).catch((e: unknown) => e);
        const cause = error instanceof Error ? (error.cause ?? error) : undefined;
        if (isForbidden(cause)) refused.push(`ec2:${name}`);
        else if (asCredentialsError(error, profile)) throw error;
        else if (error instanceof Error && isPassing(error)) throw error;
      }
      return refused;
    },
    close: () => client.destroy(),
  };
}

export const dry = (dryRun?: boolean) => (dryRun ? { DryRun: true } : {});

export function filtersOf(filters: Filters): Filter[] {
  return Object.entries(filters).map(([Name, Values]) => ({ Name, Values }));
}
