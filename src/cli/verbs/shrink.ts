import { shrinkParameters } from '../../actions/shrink/params.ts';
import { parseSome } from '../../base/amount.ts';
import { usage } from '../../base/errors.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { value } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'shrink',
  summary:
    'Hold the kubelet (or an offender) on a share of the workers, spread over the zones: fewer API clients',
  examples: [
    'fireaxe shrink -c prod-1 --share 50% --reason INC-42 --dry-run',
    'fireaxe shrink -c prod-1 --share 50% --wave 25% --reason INC-42',
    'fireaxe shrink -c prod-1 -l pool=batch --share 100% --kubelet none --process telemetryd --reason INC-42',
    'fireaxe undo last',
  ],
  danger: 'change',
  options: {
    share: value('--share <N|N%>', 'how many of the selected workers'),
    ...parameterFlags(shrinkParameters),
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
    return runAction({ ...flags, limit: share ?? limit, selector }, io, {
      action: 'shrink',
      params: givenParameters(shrinkParameters, flags),
    });
  },
});
