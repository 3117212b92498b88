import { usage } from '../base/errors.ts';
import { clusterNamed } from '../kit/cluster-named.ts';
import { targetsOf } from '../kit/targets.ts';
import { AS_BEFORE, NO_GATE } from '../plan/rollout/types.ts';
import { actionSteps } from '../plan/steps.ts';
import type { GateSpec, Plan } from '../plan/types.ts';
import { Readings } from '../run/gate/readings.ts';
import { waitForGate } from '../run/gate/wait.ts';
import { wavesOf } from './decide.ts';
import type { RolloutSession } from './session.ts';

/** The shortest time that a control plane gets to be as it was before. */
const LEAST_MS = 120_000;
const EVERY_MS = 2_000;

/** Watches the control plane of one cluster, out of band, around its run. */
export interface Watch {
  /** How many API servers answer; undefined where the gate does not depend on it. */
  answering(): Promise<number | undefined>;
  /** Waits until the gate has held for the soak time; in the last wave, until it holds. */
  gate(answered: number | undefined): Promise<{ open: boolean; text: string }>;
  close(): Promise<void>;
}

/** `plan` is the cluster's own: one that only reads cannot make anything worse. */
export function watch({ env, record, memory }: RolloutSession, plan: Plan): Watch {
  const cluster = clusterNamed(env.kit, plan.cluster);
  if (!cluster) throw usage(`the kit has no cluster ${plan.cluster}`, { place: env.kit.path });
  const readings = new Readings(env, { cluster, nodes: cluster.fleet.nodes }, targetsOf(cluster));
  const { gate, soakMs } = memory.plan;
  const isLast = wavesOf(memory.plan).at(-1)?.includes(plan.cluster);
  const holdsMs = isLast ? 0 : soakMs;
  const none = gate === NO_GATE || !actionSteps(plan).some(({ danger }) => danger !== 'read');
  return {
    async answering() {
      return none || gate !== AS_BEFORE ? undefined : (await readings.read(false)).answering;
    },
    async gate(answered) {
      if (none) return { open: true, text: 'no gate' };
      const wanted = gate === AS_BEFORE ? await floorOf(answered, readings) : gate;
      if (wanted === '0') {
        // Where no API server answers, before and after, there is nothing to compare.
        await env.sleep(holdsMs, env.stop);
        return { open: true, text: 'no API server answered before' };
      }
      return waitForGate(
        { env, readings, record, emit: (event) => env.onEvent(event) },
        plan.cluster,
        specOf(wanted, holdsMs),
      );
    },
    close: () => readings.close(),
  };
}

/** What answered before must answer again, and what the run brought back must hold. */
async function floorOf(answered = 0, readings: Readings): Promise<string> {
  return String(Math.max(answered, (await readings.read(false)).answering));
}

function specOf(answering: string, holdsMs: number): GateSpec {
  return { answering, holdsMs, withinMs: Math.max(LEAST_MS, holdsMs * 4), everyMs: EVERY_MS };
}
