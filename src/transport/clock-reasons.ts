import { formatDuration } from '../base/duration.ts';
import type { Ending } from './ending.ts';
import { Unreached } from './unreached.ts';

/** Why listening stopped although the command was sent. */
export type Lost = NonNullable<Ending['lost']>;

/** The operator stopped waiting while it is certain that nothing was sent. */
export class StoppedWaiting extends Unreached {
  constructor() {
    super({ code: 'let-go', message: 'stopped waiting before anything was sent' });
  }
}

export const STOPPED_WAITING: Lost = {
  state: 'unknown',
  reason: { code: 'let-go', message: 'stopped waiting while the command ran' },
};

export function tooLong(ms: number): Lost {
  return {
    state: 'timed-out',
    reason: { code: 'deadline', phase: 'script', message: `did not end within ${formatDuration(ms)}` },
  };
}

export function notBegun(ms: number): Lost {
  const message = `the login shell did not begin the script within ${formatDuration(ms)}`;
  return { state: 'timed-out', reason: { code: 'deadline', phase: 'shell', message } };
}
