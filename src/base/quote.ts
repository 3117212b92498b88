/**
 * Quotes one word for POSIX sh. Every value enters a shell text through this.
 * Single quotes keep every byte but the single quote itself; NUL cannot be a shell word.
 */
export function quote(value: string): string {
  if (value.includes('\0')) throw new TypeError('a shell word cannot hold NUL');
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** Variable assignments, one a line, in the order given: how parameters enter a node script. */
export function assignments(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new TypeError(`not a shell name: ${name}`);
      return `${name}=${quote(value)}\n`;
    })
    .join('');
}
