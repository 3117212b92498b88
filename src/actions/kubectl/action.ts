import { apiInputs } from '../../node/api-inputs.ts';
import { defineAction } from '../types.ts';
import change from './change.sh';
import { type KubectlValues, misfit } from './fit.ts';
import follow from './follow.sh';
import node from './node.sh';
import orders from './orders.sh';
import { dryRuns, holds, undoes, writes } from './orders.ts';
import { kubectlParameters } from './params.ts';
import { objectAt } from './paths.ts';
import { restorable } from './restorable.ts';
import { type Request, readSeen } from './seen.ts';
import { countedOf, summaryOf, undoSummaryOf } from './summary.ts';
import undo from './undo.sh';
import until from './until.sh';

/** While the API answers: a request from a control-plane node itself, with its own admin credentials. */
export const kubectl = defineAction({
  name: 'kubectl',
  title: 'Ask the API from a control-plane node',
  danger: (p) => (p.get === undefined ? 'severe' : 'read'),
  scope: 'cluster',
  parameters: kubectlParameters,
  check: misfit,
  summary: summaryOf,
  counted: countedOf,
  undo: {
    summary: undoSummaryOf,
    danger: (p) => (saves(p) ? 'severe' : 'read'),
  },
  foundNone: (p, results) =>
    p.delete !== undefined && results.some((r) => r.state === 'already' && r.before?.object === 'absent')
      ? `${objectAt(p.delete)} does not exist: nothing was deleted`
      : undefined,
  node: {
    fragments: { node, follow, orders, change, undo, until },
    variables: (p, _target, context) => ({
      P_GET: p.get ?? '',
      P_DELETE: p.delete ?? '',
      P_PODS: p.pods ?? '',
      P_APPLY: (p.apply ?? []).map(({ path }) => path).join(' '),
      P_PATCH: p.patch ?? '',
      ...apiInputs(context),
    }),
    fetches: saves,
    async input(op, p, saved) {
      const requests = requestsOf(p);
      if (requests.length === 0)
        return op === 'undo' && p.delete !== undefined ? recreated(await saved()) : undefined;
      if (op === 'check' || op === 'fetch') return dryRuns(requests, p.forceConflicts);
      if (op !== 'apply' && op !== 'verify' && op !== 'undo') return undefined;
      const seen = readSeen((await saved()) ?? '', requests);
      if (op === 'apply') return writes(requests, seen, p.forceConflicts);
      return op === 'verify' ? holds(requests, seen) : undoes(requests, seen);
    },
  },
});

/** Whether the object as it is must be saved first. Whatever owns pods creates them again; Fireaxe does not. */
function saves(p: KubectlValues): boolean {
  return p.delete !== undefined || requestsOf(p).length > 0;
}

function requestsOf(p: KubectlValues): Request[] {
  if (p.patch !== undefined) return [{ path: p.patch, type: p.type, body: p.body }];
  return (p.apply ?? []).map(({ path, object }) => ({ path, type: 'apply', body: object }));
}

const recreated = (saved: string | undefined) => (saved === undefined ? undefined : restorable(saved));
