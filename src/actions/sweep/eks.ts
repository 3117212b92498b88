import { type EksApi, eksApi } from '../../aws/eks-api.ts';
import { patiently } from '../../aws/patience.ts';
import { sideOf } from '../cloud/side.ts';
import { bringToList, endpointOf, type Hands, listIn } from '../fence-eks/endpoint.ts';
import { endLease, leaseOn, markOf, takeLease } from '../fence-eks/lease.ts';
import type { SweepParams } from './params.ts';
import { type Swept, type SweptJob, sweepOf } from './swept.ts';

type Job = SweptJob & { api: EksApi };

/** Longest wait for the update of EKS (s). */
const WITHIN = 1800;

/** An EKS cluster: its public endpoint gets the list that the tags name, if the present one is that of the fence. */
const endpoint: Swept<Job> = {
  async look({ api, params, context, signal }) {
    const cluster = await api.cluster(nameOf(params), signal);
    if (!cluster) return undefined;
    const lease = leaseOn(cluster);
    if (!lease) return {};
    const { cidrs } = endpointOf(cluster);
    const ours = lease.former.length > 0 && lease.rules === markOf(cidrs);
    const former = lease.former.join(' ');
    const before = {
      until: lease.until,
      token: `fireaxe-${context.runId}-${context.stepId}`,
      ...(ours && { former, fenced: cidrs.join(' ') }),
    };
    const note = ours
      ? `${cidrs.join(', ')}, for ${lease.former.join(', ')}`
      : `only the tags: somebody changed the list since, and ${cidrs.join(', ')} stays`;
    return { lease, before, note };
  },

  async remove(before, job) {
    const hands = handsOf(job);
    if (before.former) await bringToList(hands, listIn(before.former), before.token!);
    const cluster = await job.api.cluster(hands.name, job.signal);
    if (cluster) await endLease(cluster, hands);
  },

  async putBack(before, job) {
    const hands = handsOf(job);
    const cluster = await job.api.cluster(hands.name, job.signal);
    if (!cluster || !before.fenced) return;
    await takeLease(cluster, before, hands);
    await bringToList(hands, listIn(before.fenced), `${before.token}-undo`);
  },
};

export const eksSweep = sideOf<SweepParams, { api: EksApi }>({
  parallel: 1,
  longest: () => WITHIN + 300,
  asks: 'EKS',
  async open(cloud, { env, onTrace, patience }) {
    const api = await eksApi(cloud, { env, onTrace, again: patiently(patience) });
    return { api, close: api.close };
  },
  operate: (op, job) => sweepOf(endpoint, op, job),
});

const nameOf = ({ lease }: SweepParams) => lease.slice('eks/'.length);

/** The fence's own hands, as its run. */
const handsOf = (job: Job): Hands => ({
  ...job,
  name: nameOf(job.params),
  context: { ...job.context, runId: job.params.of },
  params: { within: WITHIN },
});
