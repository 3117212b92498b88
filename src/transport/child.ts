import { execa } from 'execa';
import { Capture } from './capture.ts';
import type { Lost } from './clock-reasons.ts';
import type { Delivery } from './delivery.ts';
import type { Attempt, Ending } from './ending.ts';
import { guarded } from './guarded.ts';
import { beganStart, MARKER_ROOM, readyLine, resultStart } from './markers.ts';

/** A process on this machine that runs the script, or carries it to the node. */
export interface ChildTask {
  attempt: Attempt;
  file: string;
  args: string[];
  /** What goes to its standard input. */
  delivery: Delivery;
  /** Aborted with the reason why nothing more is waited for. */
  stop: AbortSignal;
  /** How long a secret waits for the script's first word: one that arrived incomplete waits for more input. */
  secretMs: number;
  /** Awaited before the text leaves. */
  turn(): Promise<void>;
  /** The text leaves now. */
  onLaunch(): void;
  /** The script's first word was heard. */
  onBegun(): void;
}

export interface ChildEnd extends Ending {
  /** The text was sent. */
  left: boolean;
  out: Capture;
  err: Capture;
  /** It could not be started at all. */
  failure?: string;
}

/** How long to listen on after the result line, or after the exit, while something holds the pipes open. */
const GRACE_MS = 500;
/** How far back the result line is looked for, in bytes. */
const RECENT = 8192;

/**
 * Runs it in a process group of its own, which ends with it. The script is sent only after the far
 * shell's first line: before that it is certain that nothing has run.
 */
export async function runChild(task: ChildTask): Promise<ChildEnd> {
  const { script } = task.attempt;
  const { text, password } = task.delivery;
  const ready = readyLine(script.nonce);
  const began = beganStart(script.nonce);
  const out = new Capture(script.maxOutput + MARKER_ROOM);
  let err = new Capture(script.maxOutput);
  let greeted = false;
  let left = false;
  let running = false;
  let asked = 0;
  let secret = script.secret;

  const child = execa(task.file, task.args, {
    buffer: false,
    reject: false,
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    encoding: 'buffer',
    // Its own group, so that nothing it started outlives it.
    detached: true,
    cleanup: false,
  });
  const group = child.pid;
  const kill = () => {
    try {
      if (group !== undefined) process.kill(-group, 'SIGKILL');
    } catch {
      // Already gone.
    }
  };
  child.stdin.on('error', () => undefined);
  let told = () => {};
  const heard = new Promise<void>((resolve) => {
    told = resolve;
  });
  let refused: unknown;
  let refuse = (_why: unknown) => {};
  const turned = new Promise<void>((resolve) => {
    refuse = (why) => {
      refused = why;
      resolve();
    };
  });
  const leave = () => {
    if (ended || task.stop.aborted) return;
    left = true;
    // Text before is the login's, such as a banner.
    err = new Capture(script.maxOutput);
    task.onLaunch();
    child.stdin.write(text);
    if (!secret) child.stdin.end();
    else noSecret = setTimeout(withhold, task.secretMs);
  };
  let ended = false;
  let grace: NodeJS.Timeout | undefined;
  let noSecret: NodeJS.Timeout | undefined;
  const withhold = () => {
    secret = undefined;
    child.stdin.end();
  };
  let recent = Buffer.alloc(0);
  const fault = new AbortController();
  const own = <A extends unknown[]>(handle: (...args: A) => void) =>
    guarded((error) => fault.abort(error), handle);
  const onOut = own((chunk: Buffer) => {
    out.push(chunk);
    if (!greeted && out.holds(ready)) {
      greeted = true;
      task.turn().then(leave, refuse);
    }
    if (left && !running && out.holds(began)) {
      running = true;
      task.onBegun();
      clearTimeout(noSecret);
      if (secret) child.stdin.end(secret);
      secret = undefined;
    }
    // ssh stays as long as a child in the background holds the far pipe: the result line is the end.
    recent = Buffer.concat([recent, chunk.subarray(-RECENT)]).subarray(-RECENT);
    if (script.protocol && !grace && holdsResult(recent, script.nonce)) grace = setTimeout(told, GRACE_MS);
  });
  const onErr = own((chunk: Buffer) => {
    err.push(chunk);
    const times = greeted || !password ? 0 : err.text().split(password.prompt).length - 1;
    if (times <= asked) return;
    asked = times;
    // A second question means a wrong password; a third attempt may lock the login.
    if (times === 1) child.stdin.write(password!.line);
    else child.stdin.end();
  });
  child.stdout.on('data', onOut);
  child.stderr.on('data', onErr);

  const stopped = new Promise<void>((resolve) => {
    for (const signal of [task.stop, fault.signal])
      signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      ended = true;
      setTimeout(resolve, GRACE_MS).unref();
    });
  });
  const result = await Promise.race([child, stopped, exited, heard, turned]);
  clearTimeout(grace);
  clearTimeout(noSecret);
  if (!ended || task.stop.aborted || fault.signal.aborted) kill();
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();

  fault.signal.throwIfAborted();
  if (refused !== undefined) throw refused;
  const seen = { left, out, err };
  if (task.stop.aborted && !ended) return left ? { ...seen, lost: task.stop.reason as Lost } : seen;
  if (result && result.exitCode === undefined && result.signal === undefined)
    return { ...seen, failure: result.shortMessage ?? 'could not be started' };
  const code = child.exitCode;
  const signal = child.signalCode;
  return { ...seen, ...(code !== null && { exitCode: code }), ...(signal !== null && { signal }) };
}

function holdsResult(recent: Buffer, nonce: string): boolean {
  const at = recent.lastIndexOf(resultStart(nonce));
  return at >= 0 && recent.indexOf('}\n', at) >= 0;
}
