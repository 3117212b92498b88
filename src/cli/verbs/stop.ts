import { usage } from '../../base/errors.ts';
import { given, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineCommand } from '../types.ts';

export default defineCommand({
  name: 'stop',
  summary: 'Hold an offender: a systemd unit, or processes; it stays down although something restarts it',
  examples: [
    'fireaxe stop -c prod-1 -l role=worker --unit telemetry-agent --reason INC-42',
    'fireaxe stop -c prod-1 -l role=worker --process telemetryd --for 30m --canary 1 --reason INC-42',
    'fireaxe stop -c prod-1 --process java --user telemetry --how kill --dry-run',
    'fireaxe undo last        # let it run again',
  ],
  danger: 'change',
  configure: (command) => {
    command
      .option('--unit <name>', 'a systemd unit: stopped and masked until the next boot')
      .option('--process <name>', 'processes by their exact name')
      .option('--cmdline <text>', 'processes by their exact command line')
      .option('--user <name>', 'processes of this user')
      .option('--how <way>', 'freeze (default) or kill, for processes')
      .option('--for <duration>', 'how long processes that come back are held, 4h when not said');
    changeOptions(waveOptions(paceOptions(targetOptions(command))));
  },
  run(_args, flags, io) {
    const processes = ['process', 'cmdline', 'user'].some((flag) => flags[flag] !== undefined);
    if ((flags.unit !== undefined) === processes) {
      throw usage('what is to be stopped?', {
        place: '--unit',
        expected: 'either --unit, or --process, --cmdline and --user',
      });
    }
    const names = {
      unit: 'unit',
      process: 'process',
      cmdline: 'command',
      user: 'user',
      how: 'how',
      for: 'for',
    };
    return runAction(flags, io, { action: 'stop', params: given(flags, names) });
  },
});
