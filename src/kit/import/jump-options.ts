import { type LoginAddress, parseLoginAddress } from '../../fleet/login-address.ts';

/** The host in front that options of ssh name; a text is what cannot be taken over. */
export function jumpIn(options: string): LoginAddress | string | undefined {
  const jump =
    /(?:^|\s)-J\s*(\S+)/.exec(options)?.[1] ?? /ProxyJump[\s=]+["']?([^\s"']+)/i.exec(options)?.[1];
  if (jump !== undefined) return jumpHost(jump);
  const command = /ProxyCommand[\s=]+(?:"([^"]*)"|'([^']*)'|(.*))/i.exec(options);
  return command ? proxyCommand(command[1] ?? command[2] ?? command[3] ?? '') : undefined;
}

/** The value of ProxyJump. */
export function jumpHost(text: string): LoginAddress | string | undefined {
  if (/^none$/i.test(text)) return undefined;
  if (text.includes(',')) return `a chain of jump hosts (${text}): Fireaxe goes through one`;
  return parseLoginAddress(text) ?? `not a jump host: ${text}`;
}

/** `ssh -W %h:%p user@host`, as it was written before ProxyJump. */
export function proxyCommand(command: string): LoginAddress | string | undefined {
  if (/^\s*(none\s*)?$/i.test(command)) return undefined;
  const cannot = `a ProxyCommand other than ssh -W: ${command.trim().slice(0, 80)}`;
  const words = command
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/^["']|["']$/g, ''));
  if (!/(^|\/)ssh$/.test(words[0]!) || !/-W\s*"?\[?%h\]?:%p/.test(command)) return cannot;
  let [host, port, user]: (string | undefined)[] = [];
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith('-')) host = word;
    else if (/^-[piloFW]$/.test(word)) {
      const value = words[++i];
      if (word === '-p') port = value;
      if (word === '-l') user = value;
    } else if (/^-p\d/.test(word)) port = word.slice(2);
  }
  const login = host === undefined ? undefined : parseLoginAddress(host);
  if (!login) return cannot;
  return { ...login, ...(port && /^\d+$/.test(port) && { port: Number(port) }), ...(user && { user }) };
}
