/** A host as it is typed for ssh: `user@host:port`, `[2001:db8::1]:22`. */
export interface LoginAddress {
  user?: string;
  host: string;
  port?: number;
}

/** Undefined where it is no such text. A bare IPv6 address has no port. */
export function parseLoginAddress(text: string): LoginAddress | undefined {
  const match = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s@[\]]+?))(?::(\d{1,5}))?$/.exec(
    text,
  );
  if (!match) return undefined;
  const [, user, bracketed, plain = '', digits] = match;
  const more = user === undefined ? {} : { user };
  if (bracketed === undefined && plain.includes(':')) {
    // The last part of a bare IPv6 address looks like a port.
    return { ...more, host: digits === undefined ? plain : `${plain}:${digits}` };
  }
  if (digits === undefined) return { ...more, host: bracketed ?? plain };
  const port = Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  return { ...more, host: bracketed ?? plain, port };
}
