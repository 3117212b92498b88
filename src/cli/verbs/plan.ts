import { reasonOf } from '../consent.ts';
import { openContext } from '../context.ts';
import { changeOptions, paceOptions, parameterOptions, targetOptions } from '../options.ts';
import { playbookPlans } from '../playbook-plan.ts';
import { carryOutOnClusters } from '../rollout/one-or-many.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'plan',
  summary: 'Show what a playbook or a verb would do; save it to run exactly that later',
  examples: [
    'fireaxe plan control-plane-lockout -c prod-1     # parameters from the kit, or by -p',
    'fireaxe plan shed-load -c prod-1 -p process=telemetryd --reason INC-42 --save shed.plan',
    'fireaxe run shed.plan',
    'fireaxe plan stop -c prod-1 -l role=worker --unit telemetry-agent --save stop.plan',
    'fireaxe plan ./own.yaml -c prod-1 --dry-run      # ask the nodes what would change',
  ],
  danger: 'read',
  argument: [
    '<playbook>',
    'a name, a path to a YAML file, or a verb with its options',
    'fireaxe playbooks list',
  ],
  options: { ...parameterOptions, ...targetOptions, ...paceOptions, ...changeOptions },
  async run(args, flags, io) {
    const planned = { ...flags, planOnly: true };
    const context = await openContext(planned, io);
    const { playbook, planFor } = await playbookPlans(args[0]!, context, () => reasonOf(planned));
    return carryOutOnClusters(context, planFor, playbook);
  },
});
