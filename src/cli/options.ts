import { choice, type Given, grouped, parsed, toggle, value, values } from './option.ts';
import { rolloutOptions } from './rollout/options.ts';
import { wholeNumber } from './whole-number.ts';

export { wholeNumber } from './whole-number.ts';

/** Which clusters: the kit's only one needs none of them. */
export const clusterOptions = grouped('Which nodes:', {
  cluster: values('-c, --cluster <names>', "clusters: names or globs, such as prod-1,'eu-*'"),
  clusterSelector: value(
    '--cluster-selector <labels>',
    'clusters by their labels in the kit, such as env=prod',
  ),
  allClusters: toggle('--all-clusters', 'all clusters of the kit'),
});

/** Which nodes: shared by every verb that takes nodes. */
export const targetOptions = grouped('Which nodes:', {
  ...clusterOptions,
  selector: value('-l, --selector <labels>', 'Kubernetes label selector, also on role, zone and name'),
  nodes: value('--nodes <nodeset>', 'node names, such as n[1-9,12],db-[01-04]'),
  limit: value('--limit <N|N%>', 'take only this many of them, spread over the zones'),
});

/** A command of SSM takes up to 50 nodes. */
const MOST_AT_A_TIME = 'most nodes at a time; over SSM, most commands';

/** How carefully and how fast: shared by every verb that runs something on many nodes. */
export const paceOptions = grouped('How fast:', {
  timeout: value('--timeout <duration>', 'deadline of each node, connecting and login included, such as 90s'),
  delivery: value('--delivery <duration>', 'how long SSM may take to reach a node', {
    default: '15s, or all of --timeout',
  }),
  parallel: parsed('--parallel <N>', MOST_AT_A_TIME, wholeNumber, { default: '64' }),
  maxFailures: value('--max-failures <N|N%>', 'failed targets allowed; one more aborts', {
    default: '10%, or kit policy',
  }),
  via: parsed('--via <transports>', 'transports to try, in order, such as ssm,ssh', list),
});

/** Waves of an action verb. */
export const waveOptions = grouped('How fast:', {
  canary: value('--canary <N|N%>', 'try this many first; continue only if they succeed'),
  wave: value('--wave <N|N%>', 'then this many at a time; each wave ends before the next begins'),
});

/** Of every verb that reaches nodes or a cloud. */
export const verboseOptions = grouped('Common:', {
  profile: value('--profile <name>', "AWS profile to use instead of the kit's"),
  verbose: toggle('-v, --verbose', 'show each connection attempt and each AWS call on stderr'),
});

/** Of every verb that logs in to nodes. */
export const sudoOptions = {
  ...grouped('Common:', {
    sudoPasswordStdin: toggle(
      '--sudo-password-stdin',
      'sudo password for the nodes: one line of stdin, or a hidden prompt',
    ),
  }),
  ...verboseOptions,
};

/** Consent: shared by every verb that changes something. */
export const consentOptions = grouped('The change:', {
  yes: toggle('-y, --yes', 'do not ask for confirmation'),
  confirm: value('--confirm <"cluster count">', 'consent to a severe change, such as "prod-1 12"'),
});

/** What every change needs: why, the consent, and how to look first. */
export const changeOptions = {
  ...grouped('The change:', {
    reason: value('--reason <text>', 'why: required for every change, kept in the journal'),
    dryRun: toggle('--dry-run', 'show the plan and what each node would change; change nothing'),
    save: value('--save <file>', 'save the plan to this file, and run nothing'),
  }),
  ...rolloutOptions,
  ...consentOptions,
  ...sudoOptions,
};

/** A run has its reason; to resume or undo it may have one of its own. */
export const furtherReason = grouped('The change:', {
  reason: value('--reason <text>', 'why now: kept in the journal beside the reason of the run'),
});

/** `-p key=value`, any number of times. */
export const parameterOptions = {
  param: values('-p, --param <key=value>', 'a parameter of the playbook'),
};

/** Answers to the questions of a playbook, before it runs. */
export const answerOptions = grouped('The change:', {
  answer: values('--answer <step=yes|no>', 'answer a question of the playbook (ask) before it is asked'),
});

/** Of every verb. */
export const commonOptions = grouped('Common:', {
  kit: value('--kit <path>', 'the kit to use', { default: 'FIREAXE_KIT or ~/.config/fireaxe/kit' }),
  output: choice(
    '-o, --output <text|json|ndjson>',
    'form of the result on stdout',
    ['text', 'json', 'ndjson'],
    {
      default: 'text',
    },
  ),
  input: toggle('--no-input', 'never prompt; fail and name the missing flag'),
  color: toggle('--no-color', 'no colors'),
});

export type TargetFlags = Given<typeof targetOptions>;
export type PaceFlags = Given<typeof paceOptions>;
export type WaveFlags = Given<typeof waveOptions>;
export type SudoFlags = Given<typeof sudoOptions>;
export type VerboseFlags = Given<typeof verboseOptions>;
export type ChangeFlags = Given<typeof changeOptions>;
export type AnswerFlags = Given<typeof answerOptions>;
export type ParameterFlags = Given<typeof parameterOptions>;
export type CommonFlags = Given<typeof commonOptions>;

function list(value: string): string[] {
  return value.split(',').map((word) => word.trim());
}
