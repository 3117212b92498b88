import { type ChildProcess, spawn } from 'node:child_process';
import type { LabExec } from '../types.ts';
import { type Groups, signalGroup } from './groups.ts';

export interface Command {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  stdin?: NodeJS.ReadableStream | string;
  timeoutMs?: number;
}

/** Runs a real command in a session of its own: it ends by itself or by `kill`, not when its client disconnects. */
export function runCommand(command: Command, groups: Groups): LabExec & { pid: number | undefined } {
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid !== undefined) groups.add(pid);
  feed(child, command.stdin);
  const kill = () => void (pid !== undefined && signalGroup(pid, 'SIGKILL'));
  const timer = command.timeoutMs === undefined ? undefined : setTimeout(kill, command.timeoutMs);
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('error', () => resolve({ code: 127, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  }).finally(() => {
    clearTimeout(timer);
    groups.sweep();
  });
  return { pid, stdout: child.stdout!, stderr: child.stderr!, ended, kill };
}

function feed(child: ChildProcess, stdin: NodeJS.ReadableStream | string | undefined): void {
  const input = child.stdin!;
  // A command may end before it has read its whole input.
  input.on('error', () => undefined);
  if (stdin === undefined || typeof stdin === 'string') input.end(stdin);
  else stdin.pipe(input);
}
