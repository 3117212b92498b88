import type { Misfit, Values } from '../params.ts';
import type { kubectlParameters } from './params.ts';

export type KubectlValues = Values<typeof kubectlParameters>;

/** Why these values do not go together. */
export function misfit(p: KubectlValues): Misfit | undefined {
  const asked = [p.get, p.delete ?? p.pods, p.apply, p.patch].filter((one) => one !== undefined);
  if (asked.length !== 1) return 'expected one of get, delete (with or without pods), apply and patch';
  if ((p.patch === undefined) !== (p.body === undefined)) {
    const [at, message] =
      p.patch === undefined ? ['body', 'a body is for patch'] : ['patch', 'missing the body of the patch'];
    return { at: at!, message: message! };
  }
  if (p.forceConflicts && p.apply === undefined) return { at: 'forceConflicts', message: 'it is for apply' };
  return bodyMisfit(p);
}

function bodyMisfit({ body, type }: KubectlValues): Misfit | undefined {
  if (body === undefined) return undefined;
  if (type !== 'json')
    return Array.isArray(body) ? { at: 'body', message: `a ${type} patch is an object` } : undefined;
  const isOperation = (one: unknown) =>
    typeof one === 'object' && one !== null && 'op' in one && 'path' in one && typeof one.path === 'string';
  if (Array.isArray(body) && body.length > 0 && body.every(isOperation)) return undefined;
  return { at: 'body', message: 'a json patch is a list of operations with op and path' };
}
