import { type FireaxeError, usage } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { meets, parseSelector, type Selector } from '../../fleet/selector.ts';
import { describeLabels, namesLine } from './describe.ts';
import { globMatches, isGlob, wordsOf } from './glob.ts';
import { inOrder } from './order.ts';
import type { ClusterEntry, ClusterIndex, ClusterSelection } from './types.ts';

/**
 * The clusters that a selection means: first by the kit's `order`, then as typed, then as the kit has them. `-c` and
 * `--cluster-selector` together mean those that both mean. Nothing typed means the kit's only cluster. Throws a usage
 * error where a name, a glob or the whole selection means none.
 */
export function selectClusters(index: ClusterIndex, typed: ClusterSelection): ClusterEntry[] {
  const { clusters, selector, all } = typed;
  if (all === true) {
    if (clusters !== undefined || selector !== undefined) throw notBoth();
    return inOrder(index);
  }
  if (clusters === undefined && selector === undefined) {
    if (index.length !== 1) throw several(index);
    return [...index];
  }
  const named = clusters === undefined ? [...index] : clustersNamed(index, clusters);
  if (selector === undefined) return inOrder(named);
  const parsed = parseSelector(selector, '--cluster-selector');
  const chosen = named.filter((entry) => entry.problem === undefined && meetsLabels(parsed, entry));
  if (chosen.length === 0) throw noneMatches(named, selector, parsed);
  return inOrder(chosen);
}

/** Clusters whose labels cannot be read: a selector may have meant them, too. */
export function notSelectable(index: ClusterIndex, { selector }: ClusterSelection): ClusterEntry[] {
  return selector === undefined ? [] : index.filter(({ problem }) => problem !== undefined);
}

function clustersNamed(index: ClusterIndex, typed: readonly string[]): ClusterEntry[] {
  const chosen = new Set<ClusterEntry>();
  for (const word of wordsOf(typed)) {
    if (word === '')
      throw usage('a cluster name is empty', { place: PLACE, expected: 'such as prod-1,prod-2' });
    const found = index.filter(({ name }) => globMatches(word, name));
    if (found.length === 0) throw noneNamed(index, word);
    for (const entry of found) chosen.add(entry);
  }
  return [...chosen];
}

const PLACE = '--cluster';

export function meetsLabels(selector: Selector, { name, labels }: ClusterEntry): boolean {
  return meets(selector, (key) => {
    if (Object.hasOwn(labels, key)) return [labels[key]!];
    return key === 'name' ? [name] : [];
  });
}

function noneNamed(index: ClusterIndex, word: string): FireaxeError {
  const names = index.map(({ name }) => name);
  const meant = isGlob(word) ? nearestToGlob(word, names) : nearest(word, names);
  return usage(isGlob(word) ? `no cluster of the kit matches ${word}` : `the kit has no cluster ${word}`, {
    place: PLACE,
    expected: `${meant === undefined ? '' : `perhaps ${meant}; `}${oneOf(names)}`,
    ...(meant !== undefined && !isGlob(word) ? { next: `add -c ${meant}` } : {}),
  });
}

/** A name whose beginning, or end after a leading star, is close to the glob's own letters. */
function nearestToGlob(glob: string, names: string[]): string | undefined {
  const letters = glob.replace(/[*?]/g, '');
  if (letters === '') return undefined;
  const byPart = new Map<string, string>();
  for (const name of names) {
    for (const length of [letters.length - 1, letters.length, letters.length + 1].filter((n) => n > 0)) {
      byPart.set(glob.startsWith('*') ? name.slice(-length) : name.slice(0, length), name);
    }
  }
  const meant = nearest(letters, byPart.keys());
  return meant === undefined ? undefined : byPart.get(meant);
}

function noneMatches(named: ClusterEntry[], typed: string, selector: Selector): FireaxeError {
  const keys = new Set(named.flatMap(({ labels }) => Object.keys(labels)));
  const unknown = selector.find(({ key, wanted }) => wanted && key !== 'name' && !keys.has(key));
  const meant = unknown && nearest(unknown.key, keys);
  return usage(`no cluster matches --cluster-selector ${JSON.stringify(typed)}`, {
    place: '--cluster-selector',
    expected: `${meant === undefined ? '' : `perhaps ${meant}; `}${describeLabels(named)}`,
  });
}

function several(index: ClusterIndex): FireaxeError {
  const names = index.map(({ name }) => name);
  if (names.length === 0) return usage('the kit has no cluster', { place: PLACE });
  return usage('the kit has several clusters', {
    place: PLACE,
    expected: oneOf(names),
    next: `add -c ${names[0]}`,
  });
}

function notBoth(): FireaxeError {
  return usage('give --all-clusters or a selection of clusters, not both', {
    place: '--all-clusters',
    next: 'leave out --all-clusters, or -c and --cluster-selector',
  });
}

const oneOf = (names: string[]): string => `one of ${namesLine(names)}`;
