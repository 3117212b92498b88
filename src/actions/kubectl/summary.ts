import type { Counted } from '../types.ts';
import type { KubectlValues } from './fit.ts';
import { objectAt } from './paths.ts';

/** One line of a plan: what it does. */
export function summaryOf(p: KubectlValues): string {
  if (p.get !== undefined) return `read ${p.get}`;
  if (p.apply)
    return `apply ${namesOf(p)}${p.forceConflicts ? ', taking over fields of other managers' : ''}`;
  if (p.patch !== undefined)
    return `patch ${objectAt(p.patch)} (${p.type}): ${shortened(JSON.stringify(p.body))}`;
  return [p.delete && `delete ${objectAt(p.delete)} (saved first)`, p.pods && `delete the pods at ${p.pods}`]
    .filter(Boolean)
    .join(', then ');
}

/** The objects that it changes; how many pods go is not known before. */
export function countedOf(p: KubectlValues): Counted[] {
  const of = (done: string, paths: string[]) =>
    paths.length > 0 ? [{ one: 'object', many: 'objects', done, names: paths.map(objectAt) }] : [];
  return [
    ...of(
      'applied',
      (p.apply ?? []).map(({ path }) => path),
    ),
    ...of('patched', p.patch === undefined ? [] : [p.patch]),
    ...of('deleted', p.delete === undefined ? [] : [p.delete]),
  ];
}

/** One line: what the undo does. */
export function undoSummaryOf(p: KubectlValues): string {
  if (p.apply) return `restore ${namesOf(p)} as before, or delete what did not exist`;
  if (p.patch !== undefined) return `restore the patched fields of ${objectAt(p.patch)}`;
  return p.delete === undefined ? 'nothing: deleted pods stay deleted' : `re-create ${objectAt(p.delete)}`;
}

const namesOf = ({ apply = [] }: KubectlValues) => apply.map(({ path }) => objectAt(path)).join(', ');

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}...` : text);
