import { stopParameters } from '../../actions/stop/params.ts';
import { usage } from '../../base/errors.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'stop',
  summary: 'Hold an offender: a systemd unit, processes or pods; it stays down even if something restarts it',
  examples: [
    'fireaxe stop -c prod-1 -l role=worker --unit telemetry-agent --reason INC-42',
    'fireaxe stop -c prod-1 -l role=worker --process telemetryd --for 30m --canary 1 --reason INC-42',
    'fireaxe stop -c prod-1 --process java --user telemetry --how kill --dry-run',
    'fireaxe stop -c prod-1 -l role=worker --cgroup telemetry.slice --reason INC-42',
    'fireaxe stop -c prod-1 -l role=worker --pods telemetry/app=collector --reason INC-42',
    'fireaxe stop -c prod-1 --pods telemetry/app=collector --how network --reason INC-42',
    'fireaxe undo last        # let it run again',
  ],
  danger: 'change',
  options: {
    ...parameterFlags(stopParameters),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run(_args, flags, io) {
    const kinds = [['unit'], ['process', 'cmdline', 'user', 'cgroup'], ['pods']] as const;
    const given = kinds.filter((kind) => kind.some((flag) => flags[flag] !== undefined));
    if (given.length !== 1) {
      throw usage(
        given.length === 0
          ? 'missing --unit, --process or --pods'
          : 'give a unit, processes or pods, not several of them',
        {
          place: '--unit',
          expected: '--unit; or --pods; or any of --process, --cmdline, --user and --cgroup',
          next: 'fireaxe stop --help',
        },
      );
    }
    return runAction(flags, io, { action: 'stop', params: givenParameters(stopParameters, flags) });
  },
});
