import type { Client } from 'ssh2';

/** The server's own words, as far as they say why it does not let us in. */
export interface Heard {
  /** What came in place of its identification. */
  text(): string;
  /** Its last banner: PAM's reasons come as one. */
  banner?: string;
  /** How it would go on to log us in. */
  methods?: string[];
  /** It took a key, and wants one of these as well. */
  further?: string[];
}

const MOST = 300;

type Failure = (protocol: unknown, methods: string[], partial: boolean) => void;

/** Listens to what a server says in the login; `text` is what came before its identification. */
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

/** A server's words within a line of ours, the last of many. */
export function quoted(words: string | undefined): string {
  const said = words?.replace(/\s+/g, ' ').trim() ?? '';
  if (said === '') return '';
  return said.length > MOST ? `"…${said.slice(-MOST)}"` : `"${said}"`;
}
