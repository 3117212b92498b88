import { usage } from '../../base/errors.ts';
import { given, runAction } from '../action-verb.ts';
import { value } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'stop',
  summary:
    'Hold an offender: a systemd unit, processes or pods; it stays down although something restarts it',
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
    unit: value('--unit <name>', 'a systemd unit: stopped and masked until the next boot'),
    process: value('--process <name>', 'processes by their exact name'),
    cmdline: value('--cmdline <text>', 'processes by their exact command line'),
    user: value('--user <name>', 'processes of this user'),
    cgroup: value(
      '--cgroup <group>',
      'processes of this systemd unit or slice, or below the path of a control group',
    ),
    pods: value(
      '--pods <ns/label>',
      'pods of a namespace by label (namespace/key=value), found without the API',
    ),
    how: value(
      '--how <way>',
      'freeze (default); kill, for processes; network, for pods: no API servers for them',
    ),
    api: value(
      '--api <addresses>',
      'for --how network: further addresses of the API servers, such as their balancer',
    ),
    for: value('--for <duration>', 'how long what comes back is held, 4h when not said'),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run(_args, flags, io) {
    const kinds = [['unit'], ['process', 'cmdline', 'user', 'cgroup'], ['pods']] as const;
    if (kinds.filter((kind) => kind.some((flag) => flags[flag] !== undefined)).length !== 1) {
      throw usage('what is to be stopped?', {
        place: '--unit',
        expected: 'one of --unit, --pods, or --process, --cmdline, --user and --cgroup',
      });
    }
    const names = {
      unit: 'unit',
      process: 'process',
      cmdline: 'command',
      user: 'user',
      cgroup: 'cgroup',
      pods: 'pods',
      how: 'how',
      api: 'api',
      for: 'for',
    };
    return runAction(flags, io, { action: 'stop', params: given(flags, names) });
  },
});
