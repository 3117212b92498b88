/** First word of every delivered script on its stdout: from here on it has begun. */
export function beganLine(nonce: string): string {
  return `fireaxe:${nonce}:began\n`;
}

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
