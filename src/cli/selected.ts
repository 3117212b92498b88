import { usage } from '../base/errors.ts';
import type { TargetFlags } from './options.ts';

/** The name of one cluster, not a list or a pattern of names. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * A command that nobody planned must not reach a whole cluster because a selection was forgotten: the cluster's name
 * (`-c`), labels, names, a limit or `--all` says what is meant. That the kit has only one cluster says nothing.
 */
export function refuseUnselected(verb: string, flags: TargetFlags & { all?: unknown }): void {
  const selected = [flags.selector, flags.nodes, flags.limit].some((typed) => typed !== undefined);
  if (flags.all === true && (flags.selector !== undefined || flags.nodes !== undefined)) {
    throw usage('give --all or a selection, not both', {
      place: '--all',
      next: 'leave out --all or the selection',
    });
  }
  const [cluster = '', ...more] = [flags.cluster ?? []].flat();
  if (selected || flags.all === true || (NAME.test(cluster) && more.length === 0)) return;
  throw usage(`no nodes are selected: ${verb} would reach the whole cluster`, {
    place: '--selector',
    expected: '-l LABELS, --nodes NAMES, --limit N; or -c NAME or --all for every node of the cluster',
    next: 'fireaxe nodes',
  });
}
