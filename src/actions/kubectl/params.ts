import { z } from 'zod';
import { line } from '../kinds.ts';
import type { Parameters } from '../params.ts';
import { deleteRefusal, podsPath, readApiPath, refusal } from './paths.ts';

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

export const kubectlParameters = {
  get: { schema: readable.optional(), help: 'raw path to read' },
  delete: { schema: deletable.optional(), help: 'raw path of one object to delete; it is saved first' },
  pods: {
    schema: pods.optional(),
    help: 'NAMESPACE/key=value: pods to delete after that, as paused controllers do not',
  },
} satisfies Parameters;
