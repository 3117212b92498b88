/**
 * What a service says of a call, without what it echoes of it. A refused signature comes back with all signed headers,
 * the session token among them, below the first line; a refused parameter with its value, which may be a whole script.
 */
export function withoutEcho(message: string): string {
  return message
    .replace(/\bValue '[\s\S]*?'(?= at ')/g, "Value '…'")
    .split('\n', 1)[0]!
    .trim();
}
