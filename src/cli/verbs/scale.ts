import { usage } from '../../base/errors.ts';
import { given, runAction } from '../action-verb.ts';
import { toggle, value } from '../option.ts';
import { changeOptions, paceOptions, targetOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'scale',
  summary: 'Give the API servers a bigger instance type, one host at a time behind an etcd quorum check',
  examples: [
    'fireaxe scale -c prod-1 --type m7i.8xlarge --reason INC-42 --dry-run',
    'fireaxe scale -c prod-1 --type m7i.8xlarge --reason INC-42 --confirm "prod-1 3"',
    'fireaxe undo last',
  ],
  danger: 'severe',
  options: {
    type: value('--type <instance-type>', 'the new instance type'),
    within: value('--within <time>', 'longest wait for each of: stopped, running, member healthy (10m)'),
    floor: value('--floor <n>', 'fewest healthy etcd members that must remain, above the majority'),
    groupSuspended: toggle(
      '--group-suspended',
      'the scaling group that would replace a stopped one is suspended',
    ),
    forceStop: toggle('--force-stop', 'stop by force what is still stopping after --within'),
    ignoreQuorum: toggle('--ignore-quorum', 'without the etcd quorum check'),
    ...targetOptions,
    ...paceOptions,
    ...changeOptions,
  },
  run(_args, flags, io) {
    if (flags.type === undefined)
      throw usage('to which type?', { place: '--type', next: 'add --type m7i.8xlarge' });
    return runAction(flags, io, {
      action: 'scale',
      params: given(flags, {
        type: 'type',
        within: 'within',
        floor: 'floor',
        groupSuspended: 'groupSuspended',
        forceStop: 'forceStop',
        ignoreQuorum: 'ignoreQuorum',
      }),
      anywhere: 'role=control-plane',
    });
  },
});
