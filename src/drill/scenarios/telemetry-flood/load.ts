import { paceOf } from '../../cluster/pace.ts';
import { capacityOf } from '../../control-plane/capacity.ts';

/** How a scenario's load is made for a number of workers. */
export interface Load {
  /** Turns a second that each offender takes, and requests a turn. */
  turnsPerSecond: number;
  requestsPerTurn: number;
  /** Watches that each offender keeps open. */
  watches: number;
  /** Units of work of one expensive list. */
  listUnits: number;
  /** How much memory a list and a watch take of what they do in a cluster that breaks: a small one lists little. */
  size: number;
  /** Offered work over what the three servers can do. */
  overload: number;
  /** Real requests that one lab request stands for. */
  standsFor: number;
  /** Milliseconds between two renewals of a kubelet, and between two lookups of a failing resolver. */
  kubeletEveryMs: number;
  dnsRetryMs: number;
  /** Until the rollout has reached the last worker: starting a process takes its time. */
  rolloutMs: number;
  /** Units of a kubelet's list after (re)connecting. */
  kubeletListUnits: number;
  /** Most requests in flight an offender. */
  outstanding: number;
}

export interface LoadShape {
  /** Real calls a second of one node: watchers × calls. */
  callsPerNode: number;
  watchersPerNode: number;
  /** Workers at which the offered work is all that the control plane can do. */
  breaksAt: number;
}

/** A shape for workers each of which stands for several: few of them then break what many would. */
export function standingFor(shape: LoadShape, each: number): LoadShape {
  return { ...shape, callsPerNode: shape.callsPerNode * each, breaksAt: shape.breaksAt / each };
}

/** All offenders together make at most so many requests a second, and open so many watches: a laptop carries the lab. */
const MOST_OFFENDER_RATE = 288;
const MOST_WATCHES = 150;

/**
 * The number of callers grows with the workers, and what each call costs grows with them too; the control plane is
 * bought for the number of workers. So offered work over capacity grows with the workers: the cost grows faster than
 * the cluster. The lab's rate of real requests stays bounded; beyond that each stands for more.
 */
export function loadFor(
  workers: number,
  shape: LoadShape,
  instanceType: string,
  servers: number,
  kubeletRenewMs: number,
  dnsRetryMs: number,
): Load {
  const requestsPerTurn = 3;
  const perWorker = Math.min(6, MOST_OFFENDER_RATE / workers);
  const overload = workers / shape.breaksAt;
  const capacity = capacityOf(instanceType).unitsPerSecond * servers;
  return {
    turnsPerSecond: perWorker / requestsPerTurn,
    requestsPerTurn,
    watches: Math.max(1, Math.min(shape.watchersPerNode, Math.floor(MOST_WATCHES / workers))),
    listUnits: (overload * capacity) / (perWorker * workers),
    size: Math.min(1, overload / 1.5),
    overload,
    standsFor: Math.round(shape.callsPerNode / perWorker),
    kubeletEveryMs: paceOf(workers, kubeletRenewMs),
    dnsRetryMs: paceOf(workers, dnsRetryMs),
    rolloutMs: Math.max(kubeletRenewMs, workers * 20),
    kubeletListUnits: 72 / workers,
    outstanding: Math.max(1, Math.round(144 / workers)),
  };
}
