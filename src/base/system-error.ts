/** The system's message of a file error, without its code and internal names: `no space left on device`. */
export function systemWords(cause: unknown): string {
  const { message } = cause as Error;
  return /^E[A-Z0-9]+: (.+?)(?:, \w+(?: '.*)?)?$/s.exec(message)?.[1] ?? message;
}
