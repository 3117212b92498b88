import type { NetworkApi } from '../../aws/network-api.ts';
import { quote } from '../../base/quote.ts';
import type { CloudJob, Refusal } from '../cloud/side.ts';
import type { FenceNetworkParams } from './params.ts';

/** One API server's turn. */
export interface Job extends CloudJob<FenceNetworkParams> {
  ec2: NetworkApi;
  id: string;
}

/** What it takes to carry out or to undo what is recorded. */
export type Hands = Pick<Job, 'ec2' | 'context' | 'sleep' | 'now'>;

export function errorNamed(error: unknown, name: RegExp): boolean {
  return error instanceof Error && name.test(error.name);
}

/** `acl-1 has the lease of run …`: what another run changed is not changed over its head. */
export function leasedTo(what: string, run: string): Refusal {
  return {
    code: 'leased',
    note: `${what} is fenced by another run, ${run}: fireaxe undo ${quote(run)}, or wait for it`,
  };
}
