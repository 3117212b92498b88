import { PassThrough } from 'node:stream';
import { interrupts } from '../../src/cli/interrupts.ts';
import type { CliIo } from '../../src/cli/types.ts';

/** A terminal that types the next line at each question; without lines there is no terminal. */
export function typing(lines: string[] | undefined, env: CliIo['env'] = {}): CliIo & { said(): string } {
  const isTTY = lines !== undefined;
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  let said = '';
  const left = [...(lines ?? [])];
  stderr.on('data', (chunk) => {
    said += chunk;
    if (said.endsWith(': ')) setImmediate(() => stdin.write(`${left.shift() ?? ''}\n`));
  });
  const nothing = () => {};
  const rest = { stdout: new PassThrough(), env, now: () => new Date(), ...interrupts(nothing, nothing) };
  return { ...rest, stdin, stderr, said: () => said };
}
