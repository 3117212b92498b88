import type { Client } from 'ssh2';

/** What the server says about why it refuses the login. */
export interface Heard {
  /** The text that arrived instead of its identification. */
  text(): string;
  /** Its last banner: PAM's reasons come as one. */
  banner?: string;
  /** The methods that it still accepts. */
  methods?: string[];
  /** It accepted a key, and wants one of these as well. */
  further?: string[];
}

const MOST = 300;

type Failure = (protocol: unknown, methods: string[], partial: boolean) => void;

/** Listens to what a server says in the login; `text` arrived before its identification. */
export function hearServer(client: Client, text: () => string): Heard {
  const heard: Heard = { text };
  client.on('banner', (said) => {
    if (said.trim() !== '') heard.banner = said;
  });
  // ssh2 tells of a partial success only where it has no other signature of the same key to try.
  const { _protocol: protocol } = client as unknown as {
    _protocol?: { _handlers?: { USERAUTH_FAILURE?: Failure } };
  };
  const failed = protocol?._handlers?.USERAUTH_FAILURE;
  if (failed) {
    protocol!._handlers!.USERAUTH_FAILURE = (self, methods, partial) => {
      heard.methods = methods.slice(0, 10);
      if (partial) heard.further = heard.methods;
      failed(self, methods, partial);
    };
  }
  return heard;
}

/** A server's words within one line: the last of many. */
export function quoted(words: string | undefined): string {
  const said = words?.replace(/\s+/g, ' ').trim() ?? '';
  if (said === '') return '';
  return said.length > MOST ? `"…${said.slice(-MOST)}"` : `"${said}"`;
}
