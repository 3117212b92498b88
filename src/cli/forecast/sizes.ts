import { FireaxeError, usage } from '../../base/errors.ts';
import { indexOf } from '../../kit/cluster-named.ts';
import { globMatches } from '../../kit/clusters/glob.ts';
import { kitOf } from '../../kit/clusters/opened.ts';
import { type CliContext, clusterOf } from '../context.ts';
import { wholeNumber } from '../options.ts';

export interface NamedSize {
  name: string;
  nodes: number;
}

/** A size that is not a cluster of the kit. */
export const UNNAMED = '-';

/**
 * The sizes that `--size` names, in numbers of nodes or clusters of the kit; `all` adds every cluster of the kit. One that
 * cannot be opened is told to `missed`. The kit is opened only where it is needed.
 */
export async function sizesOf(
  words: string[],
  { all, kit, missed }: { all: boolean; kit: () => Promise<CliContext>; missed: (line: string) => void },
): Promise<NamedSize[]> {
  const typed = words.flatMap((word) => word.split(',')).map((word) => word.trim());
  const sizes = typed.filter((word) => /^\d/.test(word)).map(numbered);
  const names = typed.filter((word) => !/^\d/.test(word));
  if (!all && names.length === 0) return sizes;
  const context = await kit();
  const index = indexOf(context.kit);
  for (const name of names)
    if (!index.some((entry) => globMatches(name, entry.name)))
      throw usage(`neither a number nor a cluster of the kit: ${JSON.stringify(name)}`, {
        place: '--size',
        expected: 'such as 1000,5000, or prod-1',
      });
  for (const { name } of index) {
    if (!all && !names.some((glob) => globMatches(glob, name))) continue;
    try {
      // Each snapshot is forgotten: a kit may have hundreds.
      const of = { ...context, kit: await kitOf(context.kit, name) };
      const nodes = (await clusterOf(of, name)).fleet.nodes.length;
      if (nodes > 0) sizes.push({ name, nodes });
      else missed(`${name}: no prediction: it has no nodes in the kit`);
    } catch (error) {
      if (!(error instanceof FireaxeError)) throw error;
      missed(`${name}: no prediction: ${error.message}`);
    }
  }
  return sizes;
}

function numbered(word: string): NamedSize {
  const nodes = wholeNumber(word);
  if (!(nodes >= 1)) throw usage('not a number', { place: '--size', expected: 'a whole number from 1' });
  return { name: UNNAMED, nodes };
}
