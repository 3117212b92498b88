/** First word of every delivered script on its stdout, followed by a space and its boot: from here on it has begun. */
export function beganStart(nonce: string): string {
  return `fireaxe:${nonce}:began`;
}

/** What the reader says in place of running a text that arrived incomplete, followed by the bytes that arrived. */
export function incompleteStart(nonce: string): string {
  return `fireaxe:${nonce}:incomplete:`;
}

/** EX_DATAERR of sysexits.h. */
export const INCOMPLETE_EXIT = 65;

/** What sudo asks with, so that a password leaves only when it is asked for. */
export function passwordPrompt(nonce: string): string {
  return `fireaxe:${nonce}:password:`;
}

/** First word of the far shell, before any text of ours has left. */
export function readyLine(nonce: string): string {
  return `fireaxe:${nonce}:ready\n`;
}

/** How the result line begins, the last word of a script. */
export function resultStart(nonce: string): string {
  return `{"fireaxe":1,"nonce":"${nonce}"`;
}

/** Bytes of our own lines that may stand before a script's output. */
export const MARKER_ROOM = 256;
