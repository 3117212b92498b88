import { actionNamed } from '../actions/registry.ts';
import { quote } from '../base/quote.ts';
import type { ActionStep, Step, Workstream } from './types.ts';

/** kube-controller-manager must not watch while kubelets cannot report. */
const COMPONENT = 'kube-controller-manager';

/**
 * A warning on each step that keeps kubelets from renewing their leases while the controller-manager runs on: it calls
 * their nodes not ready, and services lose endpoints whose pods run.
 */
export function warnOfSilentKubelets(
  workstreams: Workstream[],
  { cluster, reason }: { cluster: string; reason: string },
): Workstream[] {
  if (workstreams.some(({ steps }) => steps.some(pauses))) return workstreams;
  const why = reason === '' ? '' : ` --reason ${quote(reason)}`;
  const warnings = [
    `kubelets cannot renew their leases: after 40 s ${COMPONENT} calls their nodes NotReady, and services lose their endpoints though the pods run`,
    `pause it first: fireaxe pause -c ${quote(cluster)}${why}; where it is no static pod (EKS, k3s) it cannot be paused: fence the offender alone (fence --on nodes --only)`,
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
  const { component } = actionNamed('pause').params.parse(step.params) as { component: string[] };
  return component.includes(COMPONENT);
}

function silences(step: Step): step is ActionStep {
  if (step.kind !== 'action') return false;
  const { params, silencesKubelets } = actionNamed(step.action);
  return silencesKubelets?.(params.parse(step.params)) ?? false;
}
