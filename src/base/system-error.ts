/** What the system says of a file, without its code and without names that nobody typed: `no space left on device`. */
export function systemWords(cause: unknown): string {
  const { message } = cause as Error;
  return /^E[A-Z0-9]+: (.+?)(?:, \w+(?: '.*)?)?$/s.exec(message)?.[1] ?? message;
}
