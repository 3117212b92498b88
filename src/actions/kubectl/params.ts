import * as z from 'zod';
import { line, onOrOff } from '../kinds.ts';
import type { Parameters } from '../params.ts';
import { documentsOf, readManifest } from './manifest.ts';
import { deleteRefusal, patchRefusal, pathByName, podsPath, readApiPath, refusal } from './paths.ts';

/** A raw path, or an object by its name; checked by `why`. */
function path(why: (path: string) => string | undefined) {
  return line(1000).transform((text, ctx) => {
    const read = pathByName(text);
    const wrong =
      read === undefined ? 'expected NAMESPACE/daemonset/NAME, clusterrole/NAME or a raw path' : why(read);
    if (read !== undefined && wrong === undefined) return read;
    ctx.addIssue({ code: 'custom', message: wrong ?? '' });
    return z.NEVER;
  });
}

const readable = path((text) => {
  const [bare = ''] = text.split('?');
  if (/^\/(livez|readyz|healthz|version)$/.test(bare)) return undefined;
  return refusal(readApiPath(bare)) ?? (/\?.*[^A-Za-z0-9%_.=&-]/.test(text) ? 'not a query' : undefined);
});

const pods = line(1000).transform((text, ctx) => {
  const read = podsPath(text);
  if (read) return read;
  ctx.addIssue({ code: 'custom', message: 'expected NAMESPACE/key=value, the label that the pods carry' });
  return z.NEVER;
});

/** A text that is read by `read`, whose error is what is wrong with it. */
function readBy<T>(read: (text: string) => T) {
  return z.string().transform((text, ctx) => {
    try {
      return read(text);
    } catch (error) {
      ctx.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  });
}

const body = readBy((text): unknown => {
  const [document, ...more] = documentsOf(text);
  if (typeof document !== 'object' || document === null || more.length > 0) {
    throw new Error('expected one object or list, as JSON or YAML');
  }
  return document;
});

export const kubectlParameters = {
  get: { schema: readable.optional(), help: 'object to read: NAMESPACE/daemonset/NAME or a raw path' },
  delete: {
    schema: path((text) => deleteRefusal(readApiPath(text))).optional(),
    help: 'one object to delete: NAMESPACE/daemonset/NAME or its raw path; it is saved first',
  },
  pods: {
    schema: pods.optional(),
    help: 'NAMESPACE/key=value: pods to delete after that, as paused controllers do not',
    flag: '--pods <NAMESPACE/key=value>',
  },
  apply: {
    schema: readBy(readManifest).optional(),
    help: 'manifest to apply: its text, JSON or YAML, one object or several documents',
  },
  forceConflicts: {
    schema: onOrOff,
    help: 'take over fields of the manifest that another manager owns',
    flag: '--force-conflicts',
  },
  patch: {
    schema: path((text) => patchRefusal(readApiPath(text))).optional(),
    help: 'one object to patch: NAMESPACE/daemonset/NAME or its raw path; it is saved first',
  },
  type: {
    schema: z.enum(['strategic', 'merge', 'json'], 'expected strategic, merge or json'),
    help: 'kind of patch: strategic, merge or json',
    flag: '--type <type>',
    default: 'strategic',
  },
  body: { schema: body.optional(), help: 'the patch: its text, JSON or YAML' },
} satisfies Parameters;
