import type { Cluster } from '../../cluster/cluster.ts';
import { OFFENDER } from './about.ts';
import type { Sample } from './sample.ts';
import { type FloodWorker, offenderState } from './worker.ts';

/** Reads the lab's own state, nothing else. */
export function observe(
  { cluster, workers }: { cluster: Cluster; workers: FloodWorker[] },
  at: number,
): Sample {
  const { controlPlane, parts } = cluster;
  const answers = controlPlane.hosts.map((host) => host.answers());
  const views = controlPlane.hosts.map((host) => host.view());
  const offenders = workers.map(offenderState);
  const calls = workers.map((w) => w.services.calls());
  return {
    at,
    servers: {
      ready: controlPlane.ready(),
      of: controlPlane.hosts.length,
      machines: parts.controlPlanes.filter((n) => n.running()).length,
      deaths: sum(views.map((v) => v.deaths)),
      retyped: views.filter(
        (v) => v.machine === 'running' && v.instanceType !== parts.site.instanceTypes.controlPlane,
      ).length,
    },
    answers: { good: sum(answers.map((a) => a.good)), bad: sum(answers.map((a) => a.bad)) },
    workers: workers.length,
    flooding: offenders.filter((o) => o === 'flooding').length,
    held: offenders.filter((o) => o === 'held').length,
    fenced: workers.filter((w) => w.kubelet.fenced()).length,
    daemonSet: controlPlane.store.get('daemonsets', OFFENDER.namespace, OFFENDER.daemonset) !== undefined,
    wanted: workers.filter((w) => w.kubelet.wanted() > 0).length,
    leases: workers.filter((w) => w.kubelet.leaseFresh()).length,
    namesFailing: sum(workers.map((w) => w.services.failing())) / Math.max(1, workers.length),
    paused: controlPlane.paused(),
    endpoints: cluster.endpoints(),
    lostWithoutEndpoint: sum(calls.map((c) => c.withoutEndpoint)),
    requestsLost: sum(calls.map((c) => c.lost)),
    dnsHeld: cluster.dns.held(),
    lostUnheld: sum(calls.map((c) => c.lostUnheld)),
  };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
