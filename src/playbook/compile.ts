import { podsByLabel } from '../actions/kubectl/paths.ts';
import { presentNames } from '../actions/params.ts';
import { actionNamed } from '../actions/registry.ts';
import { formatAmount, parseSome } from '../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../base/duration.ts';
import { FireaxeError, usage } from '../base/errors.ts';
import { selectNodes } from '../fleet/select.ts';
import type { FleetNode } from '../fleet/types.ts';
import { planActionStep } from '../plan/draft.ts';
import type { PlanRequest } from '../plan/request.ts';
import { sealPlan } from '../plan/seal.ts';
import type { GateSpec, OnceGone, Plan, Step, Workstream } from '../plan/types.ts';
import { chosenOf, parametersOf } from './chosen.ts';
import { clientBatches } from './client-batches.ts';
import { gateSpec } from './gate-spec.ts';
import type { ActionStepText, GateText, StepText } from './grammar.ts';
import { interpolate } from './interpolate.ts';
import { requireParameters, resolveParameters } from './parameters.ts';
import type { Playbook } from './types.ts';

/** Turns a playbook and its parameters into a plan: every selector resolved to nodes, every share to a number. */
export function compilePlaybook(
  playbook: Playbook,
  request: PlanRequest & { params: Record<string, string> },
): Plan {
  const params = resolveParameters(playbook, request.params, request.cluster.parameters);
  const chosen = chosenOf(playbook, params);
  if (chosen.length === 0) {
    throw usage(`${playbook.name} leaves out all of its workstreams`, {
      place: '--param',
      expected: 'at least one workstream whose when is true',
    });
  }
  requireParameters(playbook, params, parametersOf(playbook, chosen));
  const workstreams = chosen.map((w): Workstream => {
    const place =
      (j: number): Place =>
      (...keys) =>
        playbook.place(['workstreams', w.index, 'steps', j, ...keys]);
    const steps = w.steps.flatMap(({ step, index }) =>
      compileStep(interpolate(step, params), request, place(index)),
    );
    return { name: w.name, title: interpolate(w.title, params), needs: w.needs, steps };
  });
  const { name, title, sha256 } = playbook;
  return sealPlan(
    { name, title: interpolate(title, params), params, playbook: { name, sha256 }, workstreams },
    request,
  );
}

/** `file:line:column` of a step, or of what stands under these keys in it. */
type Place = (...keys: PropertyKey[]) => string;

function compileStep(step: StepText, request: PlanRequest, place: Place): Step[] {
  if (step.kind === 'gate') {
    return [
      {
        kind: 'gate',
        id: step.id,
        title: step.title ?? 'the control plane answers',
        gate: gateOf(step.gate, request, place),
      },
    ];
  }
  if (step.kind === 'ask') {
    return [
      {
        kind: 'ask',
        id: step.id,
        title: step.title ?? 'a person decides',
        text: question(step.ask, place('ask')),
        withinMs: parseSpan(step.within, place('within'), 1_000, LONGEST_MS),
      },
    ];
  }
  if (step.kind === 'undo') {
    return [
      {
        kind: 'undo',
        id: step.id,
        title: step.title ?? `undo ${step.undo.join(', ')}`,
        steps: step.undo,
        ...(step.onceGone === undefined ? {} : { onceGone: onceGone(step.onceGone, step, place) }),
      },
    ];
  }
  return step.clients ? splitByClients(step, request, place) : [compileAction(step, request, place)];
}

/** The question on one line, as it is asked. */
function question(text: string, place: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  if (line !== '') return line;
  throw usage('an empty question', { place, expected: 'what a person is to decide, such as ask: Go on?' });
}

function onceGone(
  pods: string,
  { within, every }: { within: string; every: string },
  place: Place,
): OnceGone {
  const path = podsByLabel(pods);
  if (path === undefined) {
    throw usage(`not pods: ${pods}`, { place: place('onceGone'), expected: 'NAMESPACE/key=value' });
  }
  return {
    pods,
    path,
    withinMs: parseSpan(within, place('within'), 1_000, LONGEST_MS),
    everyMs: parseSpan(every, place('every'), 100, LONGEST_MS),
  };
}

function compileAction(
  step: ActionStepText,
  request: PlanRequest,
  place: Place,
  extra: { id?: string; clients?: string; title?: string; back?: FleetNode[] } = {},
) {
  if (step.limit !== undefined) parseSome(step.limit, place('limit'), 'the limit selects no nodes');
  const targets = atPlace(place('on'), () =>
    selectNodes(request.cluster.fleet.nodes, {
      selector: step.on,
      limit: step.anyOf ? undefined : (request.overrides.limit ?? step.limit),
    }),
  );
  return planActionStep(
    {
      id: extra.id ?? step.id,
      title: extra.title ?? step.title,
      action: step.action,
      params: {
        ...presentNames(actionNamed(step.action).parameters, step.with),
        ...(extra.clients === undefined ? {} : { clients: extra.clients }),
      },
      targets: targets.map((t) => t.name),
      anyOf: step.anyOf,
      canary: step.canary,
      wave: step.wave,
      parallel: step.parallel === undefined ? undefined : wholeNumber(step.parallel, place('parallel')),
      maxFailures: step.maxFailures,
      timeoutMs:
        step.timeout === undefined ? undefined : parseSpan(step.timeout, place('timeout'), 1_000, LONGEST_MS),
      via: step.via,
      gate: step.gate && gateOf(step.gate, request, place, extra.back),
      rollBack: extra.clients !== undefined,
      removesCause: step.removesCause,
      keepTrying: step.keepTrying,
      place: place(),
      placeOf: place,
      placeOfParam: (name) => place('with', name),
    },
    request,
  );
}

/** A gate that asks for the nodes that come back reads those of its batch, else the ones that it selects, else all workers. */
function gateOf(gate: GateText, { cluster }: PlanRequest, place: Place, back?: FleetNode[]): GateSpec {
  const { nodes } = cluster.fleet;
  const concerned = (selector: string | undefined) =>
    selector === undefined
      ? (back ?? nodes.filter(({ roles }) => !roles.includes('control-plane')))
      : atPlace(place('gate', 'nodes', 'on'), () => selectNodes(nodes, { selector }));
  return gateSpec(gate, (...keys) => place('gate', ...keys), concerned);
}

/** A step with clients becomes one step per batch, each with its gate, each undone on its own. */
function splitByClients(step: ActionStepText, request: PlanRequest, place: Place): Step[] {
  const { of, batch } = step.clients!;
  const clients = atPlace(place('clients', 'of'), () =>
    selectNodes(request.cluster.fleet.nodes, { selector: of }),
  );
  const batches = clientBatches(clients, batch, place('clients', 'batch'));
  return batches.map((nodes, k) =>
    compileAction(step, request, place, {
      id: `${step.id}.${k + 1}`,
      title: `${step.title ?? step.id} (batch ${k + 1} of ${batches.length}, ${formatAmount({ count: nodes.length })} clients)`,
      clients: nodes.map((n) => n.internalAddress ?? n.address).join(','),
      back: nodes,
    }),
  );
}

/** An error in a selector of a file names its place in the file, not a flag. */
function atPlace<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FireaxeError)) throw error;
    throw new FireaxeError(error.kind, error.message, {
      place,
      ...(error.expected ? { expected: error.expected } : {}),
      ...(error.next ? { next: error.next } : {}),
    });
  }
}

function wholeNumber(text: string, place: string): number {
  const n = Number(text);
  if (Number.isInteger(n) && n > 0) return n;
  throw usage(`not a number of targets: ${text}`, { place, expected: 'a whole number above 0' });
}
