import { shrinkParameters } from '../../actions/shrink/params.ts';
import { shrinkGroupParameters } from '../../actions/shrink-group/params.ts';
import { parseSome } from '../../base/amount.ts';
import { usage } from '../../base/errors.ts';
import { runAction } from '../action-verb.ts';
import { choice, value } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';
import { type Variant, variantFlags, variantParameters } from '../variants.ts';

const nodes: Variant = { action: 'shrink', by: '--at nodes', parameters: shrinkParameters };
const cloud: Variant = { action: 'shrink-group', by: '--at cloud', parameters: shrinkGroupParameters };
const variants = [nodes, cloud];

export default defineVerb({
  name: 'shrink',
  summary:
    'Hold the kubelet (or an offender) on a share of the workers, or stop their machines: fewer API clients',
  examples: [
    'fireaxe shrink -c prod-1 --share 50% --reason INC-42 --dry-run',
    'fireaxe shrink -c prod-1 --share 50% --wave 25% --reason INC-42',
    'fireaxe shrink -c prod-1 -l pool=batch --share 100% --kubelet none --process telemetryd --reason INC-42',
    'fireaxe shrink -c prod-1 --share 30% --at cloud --how stop --reason INC-42 --dry-run',
    'fireaxe undo last',
  ],
  danger: 'change',
  options: {
    share: value('--share <N|N%>', 'how many of the selected workers'),
    at: choice('--at <nodes|cloud>', 'on the nodes, or their machines in the cloud', ['nodes', 'cloud'], {
      default: 'nodes',
    }),
    ...variantFlags(variants),
    how: value('--how <how>', 'freeze or kill processes; with --at cloud: stop or standby machines'),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run(_args, flags, io) {
    const { share, limit } = flags;
    // A share is a limit on the workers, by the same rule: given both, one would be ignored.
    if (share === undefined && limit === undefined)
      throw usage('missing --share or --limit', { place: '--share', next: 'add --share 50%' });
    if (share !== undefined && limit !== undefined)
      throw usage('give --share or --limit, not both', { place: '--limit', next: 'leave out one of them' });
    if (share !== undefined) parseSome(String(share), '--share', 'the share selects no nodes');
    // Whatever the selection: the control plane never shrinks.
    const workers = 'role=worker,role!=control-plane';
    const selector = flags.selector === undefined ? workers : `${flags.selector},${workers}`;
    const chosen = flags.at === 'cloud' ? cloud : nodes;
    return runAction({ ...flags, limit: share ?? limit, selector }, io, {
      action: chosen.action,
      params: variantParameters('shrink', chosen, variants, flags),
    });
  },
});
