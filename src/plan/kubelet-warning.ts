import { quote } from '../base/quote.ts';
import { bindStep } from './bound.ts';
import type { ActionStep, Step, Workstream } from './types.ts';

/** It marks nodes NotReady while their kubelets cannot report. */
const COMPONENT = 'kube-controller-manager';

/**
 * Warns on each step that keeps kubelets from renewing their leases while the controller-manager runs: it marks their
 * nodes NotReady, and services lose the endpoints of pods that run.
 */
export function warnOfSilentKubelets(
  workstreams: Workstream[],
  { cluster, reason }: { cluster: string; reason: string },
): Workstream[] {
  if (workstreams.some(({ steps }) => steps.some(pauses))) return workstreams;
  const why = reason === '' ? '' : ` --reason ${quote(reason)}`;
  const warnings = [
    `kubelets cannot renew their leases: after 40 to 50 s ${COMPONENT} marks their nodes NotReady, and services lose their endpoints although the pods run`,
    `pause it first: fireaxe pause -c ${quote(cluster)}${why}; where it is neither a static pod nor a systemd unit (EKS, k3s) it cannot be paused: fence only the offender (fence --on nodes --only)`,
  ];
  return workstreams.map((workstream) => ({
    ...workstream,
    steps: workstream.steps.map((step) =>
      silences(step) ? { ...step, warnings: [...(step.warnings ?? []), ...warnings] } : step,
    ),
  }));
}

function pauses(step: Step): boolean {
  if (step.kind !== 'action' || step.action !== 'pause') return false;
  const { component } = (bindStep(step)?.params ?? { component: [] }) as { component: string[] };
  return component.includes(COMPONENT);
}

function silences(step: Step): step is ActionStep {
  if (step.kind !== 'action') return false;
  const bound = bindStep(step);
  return bound?.action.silencesKubelets?.(bound.params) ?? false;
}
