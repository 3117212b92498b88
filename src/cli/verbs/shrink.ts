import { usage } from '../../base/errors.ts';
import { given, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineCommand } from '../types.ts';

export default defineCommand({
  name: 'shrink',
  summary:
    'Fewer clients: holds the kubelet (or an offender) on a share of the workers, spread over the zones',
  examples: [
    'fireaxe shrink -c prod-1 --share 50% --reason INC-42 --dry-run',
    'fireaxe shrink -c prod-1 --share 50% --reason INC-42 --confirm "prod-1 24"',
    'fireaxe shrink -c prod-1 -l pool=batch --share 100% --unit telemetry-agent --reason INC-42',
    'fireaxe undo last',
  ],
  danger: 'severe',
  configure: (command) => {
    command
      .option('--share <N|N%>', 'how many of the selected workers')
      .option('--unit <name>', 'what is held there (default: the kubelet)');
    changeOptions(waveOptions(paceOptions(targetOptions(command))));
  },
  run(_args, flags, io) {
    if (flags.share === undefined) throw usage('how many?', { place: '--share', next: 'add --share 50%' });
    // A share is a limit on the workers, by the same rule: from every zone in turn.
    return runAction({ ...flags, limit: flags.share, selector: flags.selector ?? 'role=worker' }, io, {
      action: 'shrink',
      params: given(flags, { unit: 'unit' }),
    });
  },
});
