import { usage } from '../../base/errors.ts';
import { given, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions } from '../options.ts';
import { defineCommand } from '../types.ts';

export default defineCommand({
  name: 'scale',
  summary: 'Give the API servers a bigger instance type, one host at a time behind an etcd quorum check',
  examples: [
    'fireaxe scale -c prod-1 --type m7i.8xlarge --reason INC-42 --dry-run',
    'fireaxe scale -c prod-1 --type m7i.8xlarge --reason INC-42 --confirm "prod-1 3"',
    'fireaxe undo last',
  ],
  danger: 'severe',
  configure: (command) => {
    command.option('--type <instance-type>', 'the new instance type');
    command.option('--within <time>', 'longest wait for each of: stopped, running, member healthy (10m)');
    command.option('--floor <n>', 'fewest healthy etcd members that must remain, above the majority');
    command.option('--group-suspended', 'the scaling group that would replace a stopped one is suspended');
    command.option('--force-stop', 'stop by force what is still stopping after --within');
    command.option('--ignore-quorum', 'without the etcd quorum check');
    changeOptions(paceOptions(targetOptions(command)));
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
