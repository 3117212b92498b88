import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tool, ToolAnswer } from '../types.ts';
import type { LabHost } from './host.ts';
import { stubText } from './stub.ts';

/** The node's own tools: a stub in `bin` for each, answered by the lab. */
export interface Shims {
  bin: string;
  set(name: string, tool: Tool): void;
  /** From inside the lab, without a script. */
  call(name: string, argv: string[], stdin?: string): Promise<ToolAnswer>;
}

export function createShims(options: { host: LabHost; node: string; bin: string }): Shims {
  const { host, node, bin } = options;
  const tools = new Map<string, Tool>();
  mkdirSync(bin, { recursive: true });
  host.desk.serve(node, (name, argv, stdin, call) => answer(name, argv, stdin, call.cwd));

  async function answer(name: string, argv: string[], stdin: () => string, cwd: string): Promise<ToolAnswer> {
    const tool = tools.get(name);
    if (!tool) return { code: 127, stdout: '', stderr: `${name}: not found\n` };
    return tool(argv, stdin, { cwd });
  }

  return {
    bin,
    set(name, tool) {
      if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw new TypeError(`not a tool's name: ${name}`);
      if (!tools.has(name)) {
        const text = stubText({ tool: name, node, desk: host.desk.dir, lab: process.pid });
        writeFileSync(join(bin, name), text, { mode: 0o755 });
      }
      tools.set(name, tool);
    },
    call: (name, argv, stdin = '') => answer(name, argv, () => stdin, '/'),
  };
}
