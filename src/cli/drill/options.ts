import { type Given, toggle, value } from '../option.ts';
import { type CommonFlags, parameterOptions } from '../options.ts';

export const drillOptions = {
  scenario: value('--scenario <name>', 'the outage to practise'),
  seed: value('--seed <N>', 'which nodes are in a mess, and all else that is left to chance'),
  workers: value('--workers <N>', 'how many workers the cluster has'),
  playbook: value('--playbook <name>', 'recover with this playbook, a name or a path'),
  handsOff: toggle('--hands-off', 'do nothing, for as long'),
  dir: value('--dir <path>', 'where the lab of up, down and status lives'),
  attached: toggle('--attached', 'of the process of the lab itself', { hidden: true }),
  ...parameterOptions,
};

export type DrillFlags = Given<typeof drillOptions> & CommonFlags;
