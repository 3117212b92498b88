import { setTimeout as delay } from 'node:timers/promises';
import { FireaxeError } from '../../base/errors.ts';
import type { RunningLab } from '../../drill/process/lab-process.ts';
import type { LabStatus } from '../../drill/process/status.ts';

const LOOK_MS = 300;
const DOWN_WITHIN_MS = 30_000;

/** Waits until the flood has taken the control plane down, and says so. */
export async function untilDown(
  lab: RunningLab,
  stop: AbortSignal,
  note: (line: string) => void,
): Promise<LabStatus> {
  const { score, scenarioTitle, faults, load } = await lab.status();
  const bad = Object.entries(faults).map(([node, fault]) => `${node} ${fault}`);
  note(`lab: ${score.seen.scaled.of} control-plane nodes, ${score.workers} workers, seed ${score.seed}`);
  note(`mess: ${bad.join(', ')}`);
  note(`${scenarioTitle} (each request of the lab stands for ${load.standsFor})`);
  const until = Date.now() + DOWN_WITHIN_MS;
  while (Date.now() < until) {
    if (stop.aborted) throw new FireaxeError('interrupted', 'interrupted before the control plane was down');
    const status = await lab.status();
    if (status.score.controlPlaneDown) {
      note(`down: 0 of ${status.score.now.servers} API servers answer`);
      return status;
    }
    await delay(LOOK_MS);
  }
  throw new FireaxeError('guard', `${score.workers} workers do not take this control plane down`, {
    place: '--workers',
    expected: `more of them: what they ask for is ${load.overload.toFixed(1)} times what it can do. So it looked in staging, too`,
  });
}

/** Looks at the lab now and then and tells what has changed in it. Call the result to end it. */
export function narrate(lab: RunningLab, note: (line: string) => void): () => Promise<void> {
  let ended = false;
  const tell = changesTold(note);
  const looking = (async () => {
    while (!ended) {
      const status = await lab.status().catch(() => undefined);
      if (status) tell(status);
      await delay(LOOK_MS);
    }
  })();
  return async () => {
    ended = true;
    await looking;
  };
}

function changesTold(note: (line: string) => void): (status: LabStatus) => void {
  const told = new Set<string>();
  const once = (what: string, line: string) => {
    if (!told.has(what)) note(`lab: ${line}`);
    told.add(what);
  };
  return ({ score, sample }) => {
    const { timeToWindowSeconds: window } = score;
    if (window !== null) once('window', `the window is open, ${window} s after the control plane went down`);
    if (score.seen.removed && score.controlPlaneDown) once('removed', 'the DaemonSet is gone');
    if (score.seen.removed && sample.wanted === 0) once('kubelets', 'every kubelet has learnt it');
    if (score.recovered) once('recovered', `all well since ${score.timeToRecoverySeconds} s`);
  };
}

/** Waits until the lab says that all is well for long enough, at most so long. */
export async function untilRecovered(lab: RunningLab, ms: number, stop: AbortSignal): Promise<LabStatus> {
  const until = Date.now() + ms;
  for (;;) {
    const status = await lab.status();
    if (status.score.recovered || Date.now() >= until || stop.aborted) return status;
    await delay(LOOK_MS);
  }
}
