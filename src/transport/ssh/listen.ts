import type { Client, ClientChannel } from 'ssh2';
import { Capture } from '../capture.ts';
import type { Delivery } from '../delivery.ts';
import type { Attempt, Ending } from '../ending.ts';
import { launched as outcomeOf } from '../ending.ts';
import { guarded } from '../guarded.ts';
import { beganStart, MARKER_ROOM, resultStart } from '../markers.ts';
import type { Outcome } from '../types.ts';
import { Unreached } from '../unreached.ts';

/** How long to listen on after the shell has ended: with its result line heard, and without. */
const GRACE_MS = { heard: 200, silent: 1000 };

export interface Execution {
  attempt: Attempt;
  delivery: Delivery;
  /** Aborted with the reason why nothing more is waited for. */
  stop: AbortSignal;
  /** How long a secret waits for the script's first word: one that arrived incomplete waits for more input. */
  secretMs: number;
  /** The session is open, and sudo is waited for. */
  onSudo(): void;
  /** Awaited before the text leaves. */
  turn(): Promise<void>;
  /** The text leaves now. */
  onLaunch(): void;
  /** The script's first word was heard. */
  onBegun(): void;
}

/** Sends the script over an open session, and listens until it has ended. */
export function listen(client: Client, channel: ClientChannel, execution: Execution): Promise<Outcome> {
  const { attempt, delivery, stop } = execution;
  const { script } = attempt;
  const marker = beganStart(script.nonce);
  const out = new Capture(script.maxOutput + MARKER_ROOM);
  const err = new Capture(script.maxOutput);

  return new Promise((resolve, reject) => {
    let left = false;
    let exit: Ending | undefined;
    let heard = false;
    let streams = 2;
    let grace: NodeJS.Timeout | undefined;
    let secret = script.secret;
    let noSecret: NodeJS.Timeout | undefined;
    const withhold = () => {
      secret = undefined;
      channel.end();
    };

    const settle = () => {
      clearTimeout(grace);
      clearTimeout(noSecret);
      stop.removeEventListener('abort', stopWaiting);
      client.off('close', onClose).off('error', onExcess);
    };
    const fail = (error: unknown) => {
      settle();
      reject(error);
    };
    const own = <A extends unknown[]>(handle: (...args: A) => void) => guarded(fail, handle);
    const finish = own((ending: Ending) => {
      settle();
      resolve(outcomeOf(attempt, ending, out, err));
    });
    const stopWaiting = () => (left ? finish({ ...exit, lost: stop.reason }) : fail(stop.reason));
    const lost = (message: string) => {
      if (left) finish({ lost: { state: 'unknown', reason: { code: 'connection-lost', message } } });
      else fail(new Unreached({ code: 'session', message: 'the session ended before anything was sent' }));
    };
    // It was cut off for what it sends.
    const onExcess = (error: Error) => {
      if (!(error instanceof Unreached)) return;
      if (left) finish({ lost: { state: 'unknown', reason: error.reason } });
      else fail(error);
    };
    const onClose = () => {
      // ssh2 closes the channels right after; without an exit status by then it is lost.
      setImmediate(() => {
        if (!exit) lost('the connection was lost while the command ran');
      });
    };
    const streamEnded = () => {
      if (--streams > 0) return;
      if (exit) finish(exit);
      else lost('the connection ended before the command told its end');
    };
    /** A child in the background may hold the pipes open for ever: its parent's end is the end. */
    const listenOn = (ending: Ending) => {
      exit = ending;
      heard = script.protocol && out.holds(resultStart(script.nonce));
      grace = setTimeout(() => finish(ending), heard ? GRACE_MS.heard : GRACE_MS.silent);
    };

    let began = false;
    const onOut = own((chunk: Buffer) => {
      out.push(chunk);
      if (!began && out.holds(marker)) {
        began = true;
        execution.onBegun();
        clearTimeout(noSecret);
        if (secret) channel.end(secret);
        secret = undefined;
      }
      if (!heard) grace?.refresh();
    });
    const onExit = own((code: number | null, signal?: string) =>
      listenOn(code === null ? { signal: signal ?? 'SIG?' } : { exitCode: code }),
    );
    channel.on('data', onOut).on('exit', onExit);
    channel.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    channel.on('close', streamEnded);
    channel.stderr.on('close', streamEnded);
    channel.on('error', () => undefined);
    client.once('close', onClose).on('error', onExcess);
    stop.addEventListener('abort', stopWaiting, { once: true });
    const leave = own(() => {
      if (exit || streams === 0 || stop.aborted) return;
      left = true;
      execution.onLaunch();
      if (secret) {
        channel.write(delivery.text);
        noSecret = setTimeout(withhold, execution.secretMs);
      } else channel.end(delivery.text);
    });
    execution.turn().then(leave, (error) => {
      fail(error);
      channel.destroy();
    });
  });
}
