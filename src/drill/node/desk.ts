import { execFile } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { ToolAnswer, ToolCall } from '../types.ts';
import { realTool } from './real-tools.ts';
import { replyText } from './stub.ts';

/** Answers one tool of one node. */
export type Answer = (
  tool: string,
  argv: string[],
  stdin: () => string,
  call: ToolCall,
) => ToolAnswer | Promise<ToolAnswer>;

/** Receives the calls of the stubs of all nodes. */
export interface Desk {
  dir: string;
  serve(node: string, answer: Answer): void;
  close(): void;
}

// A stub sources its answer as soon as it is woken; one that was stopped meanwhile has this long.
const REPLY_KEPT_MS = 60_000;

export async function createDesk(dir: string): Promise<Desk> {
  mkdirSync(dir, { recursive: true });
  const requests = join(dir, 'requests');
  await promisify(execFile)(realTool('mkfifo') ?? 'mkfifo', [requests]);
  const reader = openSync(requests, constants.O_RDONLY | constants.O_NONBLOCK);
  // A writer of the desk's own keeps the FIFO open when the last stub leaves.
  const writer = openSync(requests, constants.O_WRONLY | constants.O_NONBLOCK);
  const socket = new Socket({ fd: reader, readable: true, writable: false });
  const nodes = new Map<string, Answer>();
  const kept: { path: string; until: number }[] = [];

  createInterface({ input: socket }).on('line', (line) => {
    const [node = '', tool = '', id = ''] = line.split(' ');
    void handle(node, tool, join(dir, id));
  });

  async function handle(node: string, tool: string, base: string): Promise<void> {
    let answer: ToolAnswer;
    try {
      const [cwd = '/', ...argv] = readFileSync(`${base}.args`, 'utf8').split('\0').slice(0, -1);
      const stdin = () => readOptional(`${base}.in`);
      const serve = nodes.get(node);
      answer = serve
        ? await serve(tool, argv, stdin, { cwd })
        : { code: 125, stdout: '', stderr: `${tool}: the machine is gone\n` };
    } catch (error) {
      answer = { code: 125, stdout: '', stderr: `${tool}: ${String(error)}\n` };
    }
    reply(base, answer);
  }

  function reply(base: string, answer: ToolAnswer): void {
    sweep();
    try {
      writeFileSync(`${base}.reply`, replyText(answer));
      // This fails if the stub was killed meanwhile, so that nothing waits for the answer.
      const wake = openSync(`${base}.wake`, constants.O_WRONLY | constants.O_NONBLOCK);
      writeSync(wake, '\n');
      closeSync(wake);
    } catch {
      rmSync(`${base}.reply`, { force: true });
    }
    kept.push({ path: `${base}.reply`, until: Date.now() + REPLY_KEPT_MS });
    for (const end of ['args', 'in', 'wake']) rmSync(`${base}.${end}`, { force: true });
  }

  function sweep(): void {
    const now = Date.now();
    // A later process may have the same id: its reply is then in the list, too.
    while (kept[0] && kept[0].until < now) {
      const { path } = kept.shift()!;
      if (!kept.some((other) => other.path === path)) rmSync(path, { force: true });
    }
  }

  return {
    dir,
    serve: (node, answer) => void nodes.set(node, answer),
    close() {
      socket.destroy();
      closeSync(writer);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function readOptional(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
