import { drillFloodParameters } from '../../actions/drill-flood/params.ts';
import { SCENARIOS } from '../../drill/scenarios/index.ts';
import { parameterFlags } from '../action-verb.ts';
import { type Given, grouped, toggle, value } from '../option.ts';
import { type CommonFlags, changeOptions, parameterOptions, targetOptions } from '../options.ts';

const [usual, ...others] = SCENARIOS.map(({ name }) => name);

/** Of a drill on a real cluster alone. */
export const gameDayOptions = {
  ...grouped('On a real cluster:', {
    on: value('--on <cluster>', 'flood this cluster of the kit within ceilings, where the kit allows it'),
    selector: targetOptions.selector,
    limit: value('--limit <N>', 'take only this many nodes, spread over the zones', { default: '3' }),
    ...parameterFlags(drillFloodParameters),
    lead: value('--lead <duration>', 'how long the flood lasts before the playbook begins', {
      default: '20s',
    }),
    maxErrors: value('--max-errors <N%>', 'end the flood when more of what users ask fails', {
      default: '30%',
    }),
    reason: changeOptions.reason,
    dryRun: changeOptions.dryRun,
    confirm: changeOptions.confirm,
    sudoPasswordStdin: changeOptions.sudoPasswordStdin,
    verbose: changeOptions.verbose,
  }),
};

export const drillOptions = {
  scenario: value('--scenario <name>', `outage: ${others.join(', ')}`, { default: usual! }),
  seed: value('--seed <N>', 'decides which workers are faulty', { default: '1' }),
  workers: value('--workers <N>', 'number of workers, 6 to 500', { default: "the scenario's" }),
  standsFor: value('--stands-for <N>', 'real workers that each worker stands for', { hidden: true }),
  playbook: value('--playbook <name>', 'playbook to recover with, a name or a path', {
    default: "the scenario's",
  }),
  clusters: value('--clusters <N>', 'labs to break and recover by a rollout, 2 to 12', { default: '1' }),
  fast: toggle('--fast', 'recover at once, instead of letting the outage last for 8 s on a terminal'),
  handsOff: toggle('--hands-off', 'do not recover, only watch'),
  dir: value('--dir <path>', 'directory of the lab of up, down and status'),
  attached: toggle('--attached', 'of the process of the lab itself', { hidden: true }),
  ...parameterOptions,
  ...gameDayOptions,
};

export type DrillFlags = Given<typeof drillOptions> & CommonFlags;
