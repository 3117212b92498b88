import { carryOut } from '../carry-out.ts';
import { openContext, text } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { changeOptions, paceOptions, parameterOption, targetOptions } from '../options.ts';
import { planLines } from '../plan-view.ts';
import { planOfPlaybook } from '../playbook-plan.ts';
import { defineCommand } from '../types.ts';

export default defineCommand({
  name: 'plan',
  summary: 'Show what a playbook would do; save it so that just this runs, or nothing',
  examples: [
    'fireaxe plan control-plane-lockout -c prod-1 -p unit=telemetry-agent',
    'fireaxe plan shed-load -c prod-1 -p unit=telemetry-agent --reason INC-42 -o shed.plan',
    'fireaxe run shed.plan',
    'fireaxe plan ./own.yaml -c prod-1 --dry-run      # ask the nodes what would change',
  ],
  danger: 'read',
  configure: (command) => {
    command
      .argument('<playbook>', 'a name, or a path to a YAML file')
      .option('-o, --out <file>', 'save the plan');
    changeOptions(paceOptions(parameterOption(targetOptions(command))));
  },
  async run(args, flags, io) {
    const context = await openContext(flags, io);
    const { sink } = context;
    const out = text(flags, 'out');
    const reason = text(flags, 'reason') ?? '';
    const plan = await planOfPlaybook(args[0]!, context, reason);
    if (flags.dryRun === true) return carryOut(plan, context);
    for (const line of planLines(plan)) sink.text(line);
    sink.text(`hash ${plan.hash}`);
    sink.json({ plan, ...(out === undefined ? {} : { file: out }) });
    if (out !== undefined) {
      const { writePlanFile } = await import('../../playbook/plan-file.ts');
      await writePlanFile(out, plan);
      sink.note(`saved; next: fireaxe run ${out}`);
    }
    return EXIT.done;
  },
});
