import type { Client } from 'ssh2';

/** Most text before the identification, such as the greeting of a wrapper. */
const MOST_TEXT = 64 * 1024;

interface Parser {
  parse(chunk: Buffer, from: number, to: number): void;
}

/**
 * Hands ssh2 a server's identification in one piece: ssh2 loses the third of several. Returns what the server
 * has sent so far instead.
 */
export function readIdentification(client: Client, identified: () => void): () => string {
  const { _protocol: protocol } = client as unknown as { _protocol?: Parser };
  let heard = Buffer.alloc(0);
  if (protocol) {
    const { parse } = protocol;
    protocol.parse = (chunk, from, to) => {
      heard = Buffer.concat([heard, chunk.subarray(from, to)]);
      const end = identifiedBy(heard);
      if (end < 0 && heard.length > MOST_TEXT)
        throw new Error('text without end in place of an identification');
      if (end < 0) return;
      const whole = heard;
      heard = Buffer.from(heard.subarray(0, end));
      // Without `delete`, which would make each further look into this object slow.
      protocol.parse = parse;
      identified();
      protocol.parse(whole, 0, whole.length);
    };
  }
  return () => heard.toString('latin1');
}

/** Where the line that identifies an SSH server ends; -1 while it has not come. */
function identifiedBy(text: Buffer): number {
  for (let start = 0; ; ) {
    const end = text.indexOf(10, start);
    if (end < 0) return -1;
    if (text.toString('latin1', start, start + 4) === 'SSH-') return end + 1;
    start = end + 1;
  }
}
