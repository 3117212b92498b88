import { quote } from '../base/quote.ts';
import { strip } from '../base/strip-script.ts';
import type { TransportName } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';
import boot from './boot.sh';
import { cksum } from './cksum.ts';
import { beganStart, INCOMPLETE_EXIT, incompleteStart, passwordPrompt, readyLine } from './markers.ts';
import { sayOrEnd } from './mute.ts';
import type { NodeScript } from './types.ts';

const BOOT = strip(boot);

/** How a script travels: a short command line that tells nothing, and the text on standard input. */
export interface Delivery {
  /** Run by the login shell, whatever it is. */
  command: string;
  /** First on standard input. A secret follows only after the script's first line was heard. */
  text: Buffer;
  /** The far shell prints a line first, and the text is sent only then. */
  greeted: boolean;
  /** Before the text, when sudo asks for it by `prompt` on stderr, and at most once. */
  password?: { prompt: string; line: Buffer };
}

export interface DeliveryOptions {
  sudo: boolean;
  /** Of the login, for sudo; without it sudo must not ask. */
  sudoPassword?: string | undefined;
  /** Ask for that line: for transports that are not told when the shell runs. */
  greeted?: boolean;
}

/**
 * The command line is a fixed reader: it takes the text whole, compares its length and checksum, and only then
 * runs it. A start-up file of the login may have read a part, and the rest must not run as if it were all.
 * Where sudo may ask, the far shell prints a line first: a sudo that does not ask would leave the password to it.
 */
export function deliveryOf(
  script: NodeScript,
  target: Target,
  via: TransportName,
  how: DeliveryOptions,
): Delivery {
  const { nonce } = script;
  // Without a newline at its end: the reader's command substitution would drop it.
  const text = Buffer.from(withoutEnd(`${head(nonce)}${script.textFor(target, via)}`));
  const asked = how.sudo && how.sudoPassword !== undefined;
  const read = reader(nonce, text);
  // What sudo waits for (name servers, PAM) does not count as the script's time, and until sudo is done nothing is sent.
  const greeted = how.greeted === true || how.sudo;
  const inner = greeted ? `${sayOrEnd(nonce, plain(readyLine(nonce)))}; ${read}` : read;
  const prompt = passwordPrompt(nonce);
  const sudo = asked ? `sudo -S -p ${quote(prompt)} ` : 'sudo -n ';
  return {
    command: `exec ${how.sudo ? sudo : ''}/bin/sh -c ${quote(inner)}`,
    text,
    greeted,
    ...(asked && { password: { prompt, line: Buffer.from(`${how.sudoPassword}\n`) } }),
  };
}

/** One line, for login shells that accept no more. Without cksum on the node only the length is compared. */
function reader(nonce: string, text: Buffer): string {
  const sum = cksum(text);
  return [
    `FX_TEXT=$(head -c ${text.length})`,
    `FX_SUM=$(printf %s "$FX_TEXT" | cksum 2>/dev/null) || FX_SUM="${sum} $(printf %s "$FX_TEXT" | wc -c)"`,
    'set -- $FX_SUM',
    `[ "$*" = "${sum} ${text.length}" ] || { printf "%s\\n" ${incompleteStart(nonce)}"$2"; exit ${INCOMPLETE_EXIT}; }`,
    'set --',
    'eval "$FX_TEXT"',
  ].join('; ');
}

/** The first line tells the boot in which the order begins: a later boot has lost the receipt. */
function head(nonce: string): string {
  const word = `'%s%s\\n' ${quote(beganStart(nonce))} "\${FX_BOOT:+ $FX_BOOT}"`;
  return `${BOOT}fx_boot\n${sayOrEnd(nonce, word)}\n`;
}

function plain(line: string): string {
  return `'%s\\n' ${quote(line.trimEnd())}`;
}

/** Without the newlines at its end; a regular expression would look at each of the others. */
function withoutEnd(text: string): string {
  let { length } = text;
  while (text[length - 1] === '\n') length--;
  return text.slice(0, length);
}
