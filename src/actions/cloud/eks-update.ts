import type { Cluster, Update } from '@aws-sdk/client-eks';
import type { EksApi } from '../../aws/eks-api.ts';
import { CloudError } from './side.ts';

/** What a cluster is to become, as far as one kind of update can change it. */
export interface Wanted {
  /** The cluster's name in EKS. */
  name: string;
  has(cluster: Cluster): boolean;
  /** What it has now, and what it is to have, as a person would say it. */
  said(cluster: Cluster): string;
  to: string;
  /** Asks EKS for it. The same token never makes a second update. */
  ask(cluster: Cluster, token: string): Promise<Update>;
  token: string;
  withinMs: number;
}

export interface Waiting {
  api: EksApi;
  signal: AbortSignal;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
  note(text: string): void;
}

/**
 * Brings a cluster to what is wanted: looks, asks by a token of its own, and waits. EKS makes one update at a time. A
 * killed run is finished by the next.
 */
export async function bringTo(wanted: Wanted, waiting: Waiting): Promise<void> {
  const { name, token } = wanted;
  const { api, signal } = waiting;
  const until = waiting.now() + wanted.withinMs;
  let update: string | undefined;
  let used = 0;
  for (let turn = 0; ; turn++) {
    signal.throwIfAborted();
    const cluster = await api.cluster(name, signal);
    if (!cluster) throw new CloudError('gone', `EKS has no cluster ${name}`);
    const settled = cluster.status === 'ACTIVE';
    if (settled && wanted.has(cluster)) return;
    const said = wanted.said(cluster);
    if (waiting.now() >= until)
      throw new CloudError('too-slow', `${name} is still ${cluster.status}, ${said}, after the longest wait`);
    if (update !== undefined) await refuseFailed(name, update, waiting);
    else if (settled) {
      waiting.note(`${name}: ${said} → ${wanted.to}`);
      const asked = await unlessBusy(wanted.ask(cluster, used === 0 ? token : `${token}-${used + 1}`));
      // A token answers with its update for good, so after one that is over a further one needs another token.
      if (asked && (isLost(asked) || asked.status === 'Successful')) used++;
      else update = asked?.id;
    }
    await waiting.sleep(Math.min(15_000, 2000 * 1.5 ** turn), signal);
  }
}

/** Undefined where somebody else's update came first. */
async function unlessBusy(asked: Promise<Update>): Promise<Update | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as Error).name !== 'ResourceInUseException') throw error;
    return undefined;
  }
}

const isLost = ({ status }: Update) => status === 'Failed' || status === 'Cancelled';

async function refuseFailed(name: string, id: string, { api, signal }: Waiting): Promise<void> {
  const update = await api.update(name, id, signal);
  if (!isLost(update)) return;
  const { status, errors = [] } = update;
  const why = errors.map(({ errorCode, errorMessage }) => `${errorCode}: ${errorMessage}`).join(', ');
  throw new CloudError('eks-failed', `update ${id} of ${name}: ${why || status}`);
}
