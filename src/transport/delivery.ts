import { quote } from '../base/quote.ts';
import type { TransportName } from '../fleet/types.ts';
import type { Target } from '../kit/types.ts';
import { beganLine, passwordPrompt, readyLine } from './markers.ts';
import type { NodeScript } from './types.ts';

/** How a script travels: a short command line that tells nothing, and the text on standard input. */
export interface Delivery {
  /** Run by the login shell, whatever it is. */
  command: string;
  /** First on standard input. A secret follows only after the script's first word was heard. */
  text: Buffer;
  /** Before the text, when sudo asks for it by `prompt` on stderr, and at most once. */
  password?: { prompt: string; line: Buffer };
}

export interface DeliveryWay {
  sudo: boolean;
  /** Of the login, for sudo; without it sudo must not ask. */
  sudoPassword?: string | undefined;
  /** The far shell says a word first, for transports that are not told when it runs. */
  greeted?: boolean;
}

/**
 * The text is one brace group, so that a shell which got only a part of it runs none of it.
 * Where sudo may ask, the far shell says a word first: sudo that does not ask would leave the password to it.
 */
export function deliveryOf(
  script: NodeScript,
  target: Target,
  via: TransportName,
  how: DeliveryWay,
): Delivery {
  const text = Buffer.from(`{\n${say(beganLine(script.nonce))}\n${script.textFor(target, via)}\n}\n`);
  const read = `eval "$(head -c ${text.length})"`;
  const asked = how.sudo && how.sudoPassword !== undefined;
  const inner = how.greeted || asked ? `${say(readyLine(script.nonce))}; ${read}` : read;
  const prompt = passwordPrompt(script.nonce);
  const sudo = asked ? `sudo -S -p ${quote(prompt)} ` : 'sudo -n ';
  return {
    command: `exec ${how.sudo ? sudo : ''}/bin/sh -c ${quote(inner)}`,
    text,
    ...(asked && { password: { prompt, line: Buffer.from(`${how.sudoPassword}\n`) } }),
  };
}

function say(line: string): string {
  return `printf '%s\\n' ${quote(line.trimEnd())}`;
}
