import { usage } from '../base/errors.ts';
import type { TargetFlags } from './options.ts';

/** A command that nobody planned must not reach a whole cluster because a selection was forgotten: `--all` says so. */
export function refuseUnselected(verb: string, flags: TargetFlags & { all?: unknown }): void {
  const selected = [flags.selector, flags.nodes, flags.limit].some((typed) => typed !== undefined);
  if (flags.all === true && (flags.selector !== undefined || flags.nodes !== undefined)) {
    throw usage('give --all or a selection, not both', {
      place: '--all',
      next: 'leave out --all or the selection',
    });
  }
  if (selected || flags.all === true) return;
  throw usage(`no nodes are selected: ${verb} would reach the whole cluster`, {
    place: '--selector',
    expected: '-l LABELS, --nodes NAMES, --limit N, or --all for every node of the cluster',
    next: 'fireaxe nodes',
  });
}
