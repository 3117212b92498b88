import type { ClientChannel } from 'ssh2';
import { Capture } from '../capture.ts';
import type { Delivery } from '../delivery.ts';
import { guarded } from '../guarded.ts';
import { readyLine } from '../markers.ts';
import { sudoRefused } from '../sudo.ts';
import { Unreached } from '../unreached.ts';

/** Enough for a noisy login and a lecture of sudo. */
const MOST = 64 * 1024;

/**
 * Answers sudo's question once, where it asks and a password is known. Calls back in the very turn in which root's shell is heard:
 * only the password has been sent by then.
 */
export function becomeRoot(
  channel: ClientChannel,
  task: { delivery: Delivery; nonce: string; stop: AbortSignal },
  done: (error?: unknown) => void,
): void {
  const { password } = task.delivery;
  const ready = readyLine(task.nonce);
  const out = new Capture(MOST);
  const err = new Capture(MOST);
  let asked = 0;

  const settle = (error?: unknown) => {
    channel.off('data', onOut).off('exit', onExit).off('close', onClose);
    channel.stderr.off('data', onErr);
    task.stop.removeEventListener('abort', onStop);
    done(error);
  };
  const onOut = guarded(settle, (chunk: Buffer) => {
    out.push(chunk);
    if (out.text().includes(ready)) settle();
  });
  const onErr = guarded(settle, (chunk: Buffer) => {
    err.push(chunk);
    const times = password ? err.text().split(password.prompt).length - 1 : 0;
    if (times <= asked) return;
    asked = times;
    // A second question means a wrong password; a third attempt may lock the login.
    if (times === 1) channel.write(password!.line);
    else channel.end();
  });
  let ended = 'without a status';
  const onExit = (code: number | null, signal?: string) => {
    ended = String(code ?? signal);
  };
  const onClose = () =>
    settle(sudoRefused({ stderr: err.text(), stdout: out.text(), ended, asked: password !== undefined }));
  const onStop = () =>
    settle(task.stop.reason ?? new Unreached({ code: 'let-go', message: 'stopped waiting' }));

  channel
    .on('data', onOut)
    .on('exit', onExit)
    .on('close', onClose)
    .on('error', () => undefined);
  channel.stderr.on('data', onErr);
  task.stop.addEventListener('abort', onStop, { once: true });
}
