import type { Sample } from './judge.ts';
import type { Lab, LabWorker } from './lab.ts';

/** Reads the lab's own state, nothing else. */
export function observe(lab: Lab, startedAt: number): Sample {
  const { hosts, store } = lab.controlPlane;
  const { scenario, controlPlanes } = lab.parts;
  const { offender } = scenario;
  const answers = hosts.map((host) => host.answers());
  const views = hosts.map((host) => host.view());
  const offenders = lab.workers.map(offenderState);
  const calls = lab.workers.map((w) => w.services.calls());
  return {
    at: performance.now() - startedAt,
    servers: {
      ready: lab.controlPlane.ready(),
      of: hosts.length,
      machines: controlPlanes.filter((n) => n.running()).length,
      deaths: sum(views.map((v) => v.deaths)),
      retyped: views.filter(
        (v) => v.machine === 'running' && v.instanceType !== scenario.instanceTypes.controlPlane,
      ).length,
    },
    answers: { good: sum(answers.map((a) => a.good)), bad: sum(answers.map((a) => a.bad)) },
    workers: lab.workers.length,
    flooding: offenders.filter((o) => o === 'flooding').length,
    held: offenders.filter((o) => o === 'held').length,
    fenced: lab.workers.filter((w) => w.kubelet.fenced()).length,
    daemonSet: store.get('daemonsets', offender.namespace, offender.daemonset) !== undefined,
    wanted: lab.workers.filter((w) => w.kubelet.wanted() > 0).length,
    leases: lab.workers.filter((w) => w.kubelet.leaseFresh()).length,
    namesFailing: sum(lab.workers.map((w) => w.services.failing())) / Math.max(1, lab.workers.length),
    paused: lab.controlPlane.paused(),
    endpoints: lab.endpoints(),
    lostWithoutEndpoint: sum(calls.map((c) => c.withoutEndpoint)),
    requestsLost: sum(calls.map((c) => c.lost)),
  };
}

/**
 * `held` is wanted there and kept from its turns, be it stopped or not started again;
 * the lab itself never keeps one from anything.
 */
export function offenderState(worker: LabWorker): 'flooding' | 'held' | 'absent' {
  const offenders = worker.kubelet.offenders().filter((o) => o.process.alive());
  if (offenders.some((o) => o.turns())) return 'flooding';
  if (offenders.some((o) => o.fresh()) || worker.kubelet.starting()) return 'absent';
  return offenders.length > 0 || worker.kubelet.wanted() > 0 ? 'held' : 'absent';
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
