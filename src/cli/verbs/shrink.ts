import { parseSome } from '../../base/amount.ts';
import { usage } from '../../base/errors.ts';
import { given, runAction } from '../action-verb.ts';
import { value } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'shrink',
  summary:
    'Fewer clients: holds the kubelet (or an offender) on a share of the workers, spread over the zones',
  examples: [
    'fireaxe shrink -c prod-1 --share 50% --reason INC-42 --dry-run',
    'fireaxe shrink -c prod-1 --share 50% --wave 25% --reason INC-42',
    'fireaxe shrink -c prod-1 -l pool=batch --share 100% --kubelet none --process telemetryd --reason INC-42',
    'fireaxe undo last',
  ],
  danger: 'change',
  options: {
    share: value('--share <N|N%>', 'how many of the selected workers'),
    kubelet: value(
      '--kubelet <unit>',
      "the kubelet's unit, or none to leave it alone (default kubelet.service)",
    ),
    process: value('--process <name>', 'hold processes of this exact name too'),
    how: value('--how <way>', 'freeze (default) or kill, for processes'),
    for: value('--for <duration>', 'how long processes that come back are held, 4h when not said'),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run(_args, flags, io) {
    const { share, limit } = flags;
    // A share is a limit on the workers, by the same rule. Two words for it would hide one of them.
    if (share === undefined && limit === undefined)
      throw usage('how many?', { place: '--share', next: 'add --share 50%' });
    if (share !== undefined && limit !== undefined)
      throw usage('a share is a limit already', { place: '--limit', next: 'leave one of the two out' });
    if (share !== undefined) parseSome(String(share), '--share', 'a share of no nodes');
    // Whatever was selected: the control plane is never made smaller.
    const workers = 'role=worker,role!=control-plane';
    const selector = flags.selector === undefined ? workers : `${flags.selector},${workers}`;
    return runAction({ ...flags, limit: share ?? limit, selector }, io, {
      action: 'shrink',
      params: given(flags, { kubelet: 'kubelet', process: 'process', how: 'how', for: 'for' }),
    });
  },
});
