import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import type { Flags } from './context.ts';

/** A next command that can be pasted: it repeats the flags that this command needed. */
export function nextCommand(command: string, flags: Flags): string {
  const verb = command.split(' ', 2)[1] ?? '';
  const { kit } = flags;
  const words = [command];
  const asks = ['nodes', 'probe'].includes(verb) || / --(?:on|from)-nodes\b/.test(command);
  if (asks && !command.includes(' -c ')) words.push(...clusterWords(flags));
  const logsIn = ['probe', 'run', 'resume', 'undo'].includes(verb) || asks;
  if (flags.sudoPasswordStdin === true && verb !== 'nodes' && logsIn) words.push('--sudo-password-stdin');
  if (flags.profile !== undefined && logsIn) words.push(`--profile ${quote(flags.profile)}`);
  if (kit !== undefined) words.push(`--kit ${quote(kit)}`);
  return words.join(' ');
}

/** The flags that select clusters, as they were typed. */
export function clusterWords({ cluster = [], clusterSelector, allClusters }: Flags): string[] {
  return [
    ...cluster.map((names) => `-c ${quote(names)}`),
    ...(clusterSelector === undefined ? [] : [`--cluster-selector ${quote(clusterSelector)}`]),
    ...(allClusters === true ? ['--all-clusters'] : []),
  ];
}

/** The same for an object that holds a command, such as a verdict. */
export function withNext<T extends { next?: string }>(holder: T, flags: Flags): T {
  return holder.next === undefined ? holder : { ...holder, next: nextCommand(holder.next, flags) };
}

/** Complete commands in a hint: without `…` or a FILE to fill in. */
const WHOLE = /fireaxe (?:nodes|probe|resume|undo|runs|timeline|report)\b(?:(?!, |; ).)*/g;

/** The same for an error: the layers below do not know the flags. */
export function hintTypeable(error: unknown, flags: Flags): unknown {
  if (!(error instanceof FireaxeError) || error.next === undefined) return error;
  const { kind, message, place, expected, cause } = error;
  return new FireaxeError(kind, message, {
    ...(place === undefined ? {} : { place }),
    ...(expected === undefined ? {} : { expected }),
    next: error.next.replace(WHOLE, (command) =>
      command.includes('--help') ? command : nextCommand(command, flags),
    ),
    cause,
  });
}
