import type { EventEmitter } from 'node:events';

/** Nobody reads on: that ends the output, and is no failure. */
const LEFT = ['EPIPE', 'EIO'];

/** Output that fails ends the output, never a change that is under way: a log may lie on a full disk. */
export function surviveOutput(stdout: EventEmitter, stderr: EventEmitter): { lost(): Error | undefined } {
  let lost: Error | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!LEFT.includes(error.code ?? '')) lost ??= error;
  });
  // There is nowhere left to tell it.
  stderr.on('error', () => {});
  return { lost: () => lost };
}
