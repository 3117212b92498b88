import type { Command } from 'commander';

/** Which nodes: shared by every verb that takes nodes. */
export function targetOptions(command: Command): Command {
  return command
    .option('-c, --cluster <name>', 'the cluster (needed when the kit has several)')
    .option('-l, --selector <labels>', 'Kubernetes label selector, also on role, zone and name')
    .option('--nodes <nodeset>', 'node names, such as n[1-9,12],db-[01-04]')
    .option('--limit <N|N%>', 'take only so many of them, spread over the zones');
}

/** How carefully and how fast: shared by every verb that runs something on many nodes. */
export function paceOptions(command: Command): Command {
  return command
    .option('--timeout <duration>', 'deadline of each node, connecting and login included, such as 90s')
    .option('--parallel <N>', 'most nodes at a time', whole)
    .option('--max-failures <N|N%>', 'nodes that may end badly before launching stops')
    .option('--via <ways>', 'order of ways to a node, such as ssm,ssh', list);
}

/** What every change needs: why, the consent, and how to look first. */
export function changeOptions(command: Command): Command {
  return sudoOption(command)
    .option('--reason <text>', 'why: kept in the journal, needed for every change')
    .option('--dry-run', 'show the plan and what it would change; change nothing')
    .option('-o, --out <file>', 'save the plan to this file and run nothing (a format is --output)')
    .option('-y, --yes', 'do not ask')
    .option('--confirm <"cluster count">', 'consent to a severe change, such as "prod-1 12"');
}

/** A run has its reason; going on with it, or back, may have one of its own. */
export function furtherReason(command: Command): Command {
  return command.option('--reason <text>', 'why now: kept in the journal beside the reason of the run');
}

/** For logins that are not root, where sudo asks. */
export function sudoOption(command: Command): Command {
  return command.option(
    '--sudo-password-stdin',
    'the password for sudo on the nodes: one line of stdin, or typed unseen',
  );
}

/** Waves of an action verb. */
export function waveOptions(command: Command): Command {
  return command
    .option('--canary <N|N%>', 'try so many first, and go on only if they end well')
    .option('--wave <N|N%>', 'so many at a time afterwards, each wave awaited');
}

/** `-p key=value`, any number of times. */
export function parameterOption(command: Command): Command {
  return command.option('-p, --param <key=value>', 'a parameter of the playbook', collect, [] as string[]);
}

export function collect(value: string, former: string[] | undefined): string[] {
  return [...(former ?? []), value];
}

function list(value: string): string[] {
  return value.split(',').map((word) => word.trim());
}

function whole(value: string): number {
  return /^\d+$/.test(value) ? Number(value) : Number.NaN;
}
