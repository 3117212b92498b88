import { CLOCKS } from '../time-scale.ts';
import type { NetworkVerdict } from '../types.ts';

const LOOK_MS = 250;

/**
 * Reads an open watch line by line, as long as the network lets it pass; `ended` is called once. A fenced client gives up
 * (a reset ends it at once, silence after a while), but the server's socket stays until it is closed there, and pins
 * the memory of the watch. The result ends it early.
 */
export function followWatch(options: {
  stream: NodeJS.ReadableStream;
  /** What the network decides about a packet of this connection now. */
  verdict(): NetworkVerdict;
  onLine(line: string): void;
  ended(): void;
}): () => void {
  const { stream, verdict, onLine, ended } = options;
  let over = false;
  let cutSince: number | undefined;
  let rest = '';
  const end = () => {
    if (over) return;
    over = true;
    clearInterval(sweep);
    ended();
  };
  const sweep = setInterval(() => {
    const now = verdict();
    if (now === 'accept') cutSince = undefined;
    else if (now === 'reject') end();
    else {
      cutSince ??= Date.now();
      if (Date.now() - cutSince > CLOCKS.silentDrop) end();
    }
  }, LOOK_MS);
  stream.on('data', (chunk: Buffer) => {
    if (over || verdict() !== 'accept') return;
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  stream.on('error', () => undefined);
  stream.once('close', end);
  return end;
}
