import { apiInputs } from '../../node/api-inputs.ts';
import { defineAction } from '../types.ts';
import node from './node.sh';
import { kubectlParameters } from './params.ts';
import { objectAt } from './paths.ts';
import { restorable } from './restorable.ts';
import until from './until.sh';

/** While the API answers: a request from a control-plane node itself, with its own admin credentials. */
export const kubectl = defineAction({
  name: 'kubectl',
  title: 'Ask the API from a control-plane node',
  danger: (p) => (p.get === undefined ? 'severe' : 'read'),
  scope: 'cluster',
  parameters: kubectlParameters,
  check: (p) =>
    (p.get !== undefined) === (p.delete !== undefined || p.pods !== undefined)
      ? 'expected either get, or delete and pods'
      : undefined,
  summary: (p) =>
    p.get !== undefined
      ? `read ${p.get}`
      : [p.delete && `delete ${p.delete} (saved first)`, p.pods && `delete the pods at ${p.pods}`]
          .filter(Boolean)
          .join(', then '),
  undo: {
    // Whatever owns the pods creates them again; Fireaxe does not.
    summary: (p) =>
      p.delete === undefined ? 'nothing: deleted pods stay deleted' : `re-create ${objectAt(p.delete)}`,
    danger: (p) => (p.delete === undefined ? 'read' : 'severe'),
  },
  foundNone: (p, results) =>
    p.delete !== undefined && results.some((r) => r.state === 'already' && r.before?.object === 'absent')
      ? `${objectAt(p.delete)} does not exist: nothing was deleted`
      : undefined,
  node: {
    fragments: { node, until },
    variables: (p, _target, context) => ({
      P_GET: p.get ?? '',
      P_DELETE: p.delete ?? '',
      P_PODS: p.pods ?? '',
      ...apiInputs(context),
    }),
    fetches: (p) => p.delete !== undefined,
    restores: restorable,
  },
});
