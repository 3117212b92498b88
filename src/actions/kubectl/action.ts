import { z } from 'zod';
import { apiInputs } from '../../node/api-inputs.ts';
import { line } from '../params.ts';
import { defineAction } from '../types.ts';
import node from './node.sh';
import { deleteRefusal, objectAt, podsPath, readApiPath, refusal } from './paths.ts';
import { restorable } from './restorable.ts';
import until from './until.sh';

const readable = line(1000).superRefine((path, ctx) => {
  const [bare = ''] = path.split('?');
  const why = refusal(readApiPath(bare)) ?? (/\?.*[^A-Za-z0-9%_.=&-]/.test(path) ? 'not a query' : undefined);
  if (why && !/^\/(livez|readyz|healthz|version)$/.test(bare)) ctx.addIssue({ code: 'custom', message: why });
});

const deletable = line(1000).superRefine((path, ctx) => {
  const why = deleteRefusal(readApiPath(path));
  if (why) ctx.addIssue({ code: 'custom', message: why });
});

const pods = line(1000).transform((text, ctx) => {
  const path = podsPath(text);
  if (path) return path;
  ctx.addIssue({ code: 'custom', message: 'expected NAMESPACE/key=value, the label that the pods carry' });
  return z.NEVER;
});

const params = z
  .strictObject({
    /** A raw path to read. */
    get: readable.optional(),
    /** The raw path of one object to delete; it is saved first. */
    delete: deletable.optional(),
    /** Pods to delete after it: with the controllers paused nobody else does. */
    pods: pods.optional(),
  })
  .refine((p) => (p.get !== undefined) !== (p.delete !== undefined || p.pods !== undefined), {
    message: 'say either get, or delete and pods',
  });

/** In the window: a request from a control-plane node itself, with its own admin credentials. */
export const kubectl = defineAction({
  name: 'kubectl',
  title: 'Ask the API from a control-plane node',
  danger: (p: z.output<typeof params>) => (p.get === undefined ? 'severe' : 'read'),
  scope: 'cluster',
  params,
  summary: (p) =>
    p.get !== undefined
      ? `read ${p.get}`
      : [p.delete && `delete ${p.delete} (saved first)`, p.pods && `delete the pods at ${p.pods}`]
          .filter(Boolean)
          .join(', then '),
  undo: {
    // Pods are made again by what owns them, or not at all.
    summary: (p) =>
      p.delete === undefined ? 'nothing: deleted pods stay deleted' : `re-create ${objectAt(p.delete)}`,
    danger: (p) => (p.delete === undefined ? 'read' : 'severe'),
  },
  foundNone: (p, results) =>
    p.delete !== undefined && results.some((r) => r.state === 'already' && r.before?.object === 'absent')
      ? `${objectAt(p.delete)} was not there: nothing was deleted`
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
