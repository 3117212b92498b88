import { TIME_SCALE } from '../time-scale.ts';
import type { Tool, ToolAnswer } from '../types.ts';

/** A pod as the runtime of a worker knows it; `startedAt` in milliseconds of the lab, absent while none of it runs. */
export interface RuntimePod {
  uid: string;
  startedAt: number | undefined;
  restarts: number;
}

interface Runtime {
  pods(): RuntimePod[];
  now(): number;
  /** Milliseconds since 1970. */
  wallClock(): number;
}

/** Simulated crictl of a worker: its pods, and their containers with the age that they have by the clocks of the lab. */
export function simulatedWorkerCrictl(runtime: Runtime): Tool {
  return (argv) => {
    if (argv.includes('pods'))
      return done(
        runtime
          .pods()
          .map(({ uid }) => `${uid}\n`)
          .join(''),
      );
    if (argv.includes('ps')) return done(`${JSON.stringify({ containers: containers(runtime) }, null, 2)}\n`);
    return { code: 1, stdout: '', stderr: `crictl: not simulated here: ${argv.join(' ')}\n` };
  };
}

function containers({ pods, now, wallClock }: Runtime) {
  return pods().flatMap(({ uid, startedAt, restarts }) => {
    if (startedAt === undefined) return [];
    const born = wallClock() - (now() - startedAt) * TIME_SCALE;
    return {
      id: `${uid}-${restarts}`,
      podSandboxId: uid,
      metadata: { attempt: restarts, name: 'main' },
      state: 'CONTAINER_RUNNING',
      createdAt: `${Math.floor(born)}000000`,
    };
  });
}

/** Simulated curl of a worker, which asks its own kubelet: its health, and at the read-only port its counters. */
export function simulatedKubeletCurl(kubelet: { active(): boolean; failedPulls(): number }): Tool {
  return (argv) => {
    const url = argv.find((word) => /^https?:/.test(word)) ?? '';
    if (kubelet.active() && url === 'http://127.0.0.1:10248/healthz') return done('ok');
    if (kubelet.active() && url === 'http://127.0.0.1:10255/metrics')
      return done(
        `kubelet_runtime_operations_total{operation_type="version"} 1\n` +
          `kubelet_runtime_operations_errors_total{operation_type="pull_image"} ${kubelet.failedPulls()}\n`,
      );
    return { code: 7, stdout: '', stderr: '' };
  };
}

function done(stdout: string): ToolAnswer {
  return { code: 0, stdout, stderr: '' };
}
