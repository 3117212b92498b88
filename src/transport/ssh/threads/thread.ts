import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { NodeScript, Transport } from '../../types.ts';
import { createSshTransport } from '../transport.ts';
import type { FromThread, Job, ThreadData, ToThread } from './messages.ts';

/** A target that this thread serves. */
interface Served {
  text: string;
  stop: AbortController;
  /** Where its turn is awaited. */
  answer?: (go: boolean) => void;
}

/** Serves targets over SSH for the engine's thread, which alone says when a text may leave. */
export async function serveTargets(port: MessagePort, { options, traced }: ThreadData): Promise<void> {
  const served = new Map<number, Served>();
  const tell = (message: FromThread) => port.postMessage(message);
  const transport = await createSshTransport({
    ...options,
    ...(traced && { onTrace: (trace) => tell({ kind: 'trace', trace }) }),
  });
  const lagMs = () => transport.lagMs?.() ?? 0;

  async function run(id: number, { target, text, script, times }: Job): Promise<void> {
    const one: Served = { text, stop: new AbortController() };
    served.set(id, one);
    const turn = () => {
      const answered = new Promise<boolean>((resolve) => {
        one.answer = resolve;
      });
      tell({ kind: 'turn', id, lagMs: lagMs() });
      return answered;
    };
    const all: NodeScript = { ...script, textFor: () => one.text };
    const asked = {
      ...times,
      signal: one.stop.signal,
      turn,
      onEvent: ({ phase }: { phase: 'connecting' | 'waiting' | 'crowded' | 'launched' }) =>
        tell({ kind: 'event', id, phase, lagMs: lagMs() }),
    };
    for await (const outcome of (transport as Transport).run([target], all, asked))
      tell({ kind: 'outcome', id, outcome, lagMs: lagMs() });
    served.delete(id);
  }

  port.on('message', (message: ToThread) => {
    if (message.kind === 'run') return void run(message.id, message.job);
    const one = served.get(message.id);
    if (message.kind === 'stop-waiting') return one?.stop.abort();
    if (one && message.text !== undefined) one.text = message.text;
    one?.answer?.(message.go);
  });
  tell({ kind: 'ready' });
}

// Not awaited: where Fireaxe is one file, this is a script. A rejection ends the thread all the same.
if (parentPort) void serveTargets(parentPort, workerData as ThreadData);
