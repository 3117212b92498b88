/** Begins the first line of every script on its stdout, followed by a space and its boot: the script has begun. */
export function beganStart(nonce: string): string {
  return `fireaxe:${nonce}:began`;
}

/** What the reader prints instead of running an incomplete text, followed by the number of bytes that arrived. */
export function incompleteStart(nonce: string): string {
  return `fireaxe:${nonce}:incomplete:`;
}

/** EX_DATAERR of sysexits.h. */
export const INCOMPLETE_EXIT = 65;

/** What sudo asks with, so that a password leaves only when it is asked for. */
export function passwordPrompt(nonce: string): string {
  return `fireaxe:${nonce}:password:`;
}

/** First line of the far shell, before any text is sent. */
export function readyLine(nonce: string): string {
  return `fireaxe:${nonce}:ready\n`;
}

/** How the result line begins, the last line of a script. */
export function resultStart(nonce: string): string {
  return `{"fireaxe":1,"nonce":"${nonce}"`;
}

/** Bytes of Fireaxe's own lines before a script's output. */
export const MARKER_ROOM = 256;
