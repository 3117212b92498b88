import { quote } from '../base/quote.ts';
import type { TransportName } from '../fleet/types.ts';
import type { Target } from '../kit/types.ts';
import { beganLine, readyLine } from './markers.ts';
import type { NodeScript } from './types.ts';

/** How a script travels: a short command line that tells nothing, and the text on standard input. */
export interface Delivery {
  /** Run by the login shell, whatever it is. */
  command: string;
  /** First on standard input. A secret follows only after the script's first word was heard. */
  text: Buffer;
}

/**
 * The text is one brace group, so that a shell which got only a part of it runs none of it.
 * `greeted` makes the far shell say a word first, for transports that are not told when it runs.
 */
export function deliveryOf(
  script: NodeScript,
  target: Target,
  via: TransportName,
  how: { sudo: boolean; greeted?: boolean },
): Delivery {
  const text = Buffer.from(`{\n${say(beganLine(script.nonce))}\n${script.textFor(target, via)}\n}\n`);
  const read = `eval "$(head -c ${text.length})"`;
  const inner = how.greeted ? `${say(readyLine(script.nonce))}; ${read}` : read;
  return { command: `exec ${how.sudo ? 'sudo -n ' : ''}/bin/sh -c ${quote(inner)}`, text };
}

function say(line: string): string {
  return `printf '%s\\n' ${quote(line.trimEnd())}`;
}
