import { quote } from '../base/quote.ts';
import { type Flags, text } from './context.ts';

/** A next command as it can be typed: where the kit was named, it needs to be named again. */
export function nextCommand(command: string, flags: Flags): string {
  const kit = text(flags, 'kit');
  return kit === undefined ? command : `${command} --kit ${quote(kit)}`;
}

/** The same for what holds one, such as a verdict. */
export function withNext<T extends { next?: string }>(holder: T, flags: Flags): T {
  return holder.next === undefined ? holder : { ...holder, next: nextCommand(holder.next, flags) };
}
