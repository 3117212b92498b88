import { apply } from './apply.ts';
import type { Command } from './commands.ts';
import { evaluate, type PacketVerdict } from './evaluate.ts';
import { list } from './list.ts';
import { cloneRuleset, type Ruleset } from './model.ts';
import type { Packet } from './packet.ts';
import type { PrintOptions } from './print.ts';

/** One machine's packet filter. */
export interface Firewall {
  /** Runs the commands as one transaction; returns what they list. Throws NftError and changes nothing where one fails. */
  transact(commands: Command[], options: Omit<PrintOptions, 'now'> & { checkOnly: boolean }): string;
  verdict(packet: Packet): PacketVerdict;
  /** Called after each change. */
  onChange(listener: () => void): void;
  /** As after a boot. */
  reset(): void;
}

export function createFirewall(now: () => number): Firewall {
  let ruleset: Ruleset = new Map();
  const listeners: (() => void)[] = [];
  const replace = (next: Ruleset) => {
    ruleset = next;
    for (const listener of listeners) listener();
  };
  return {
    transact(commands, { checkOnly, ...options }) {
      const copy = cloneRuleset(ruleset);
      let printed = '';
      let changed = false;
      for (const command of commands) {
        const text = list(copy, command, { ...options, now: now() });
        if (text === undefined) {
          apply(copy, command, now());
          changed = true;
        } else printed += text;
      }
      if (checkOnly) return '';
      if (changed) replace(copy);
      return printed;
    },
    verdict: (packet) => evaluate(ruleset, packet, now()),
    onChange: (listener) => void listeners.push(listener),
    reset: () => replace(new Map()),
  };
}
