import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { surviveOutput } from '../../src/cli/outlets.ts';

const failure = (code: string) => Object.assign(new Error(`${code}: no room, write`), { code });

describe('output that fails never ends a change that is under way', () => {
  it('results that found no room are remembered, the first failure of all', () => {
    const stdout = new EventEmitter();
    const { lost } = surviveOutput(stdout, new EventEmitter());
    expect(lost()).toBeUndefined();
    const full = failure('ENOSPC');
    stdout.emit('error', full);
    stdout.emit('error', failure('ERR_STREAM_DESTROYED'));
    expect(lost()).toBe(full);
  });

  it.each(['EPIPE', 'EIO'])('a reader that left (%s) is no failure', (code) => {
    const stdout = new EventEmitter();
    const { lost } = surviveOutput(stdout, new EventEmitter());
    stdout.emit('error', failure(code));
    expect(lost()).toBeUndefined();
  });

  it('a log on a full disk is nothing to end for', () => {
    const stderr = new EventEmitter();
    const { lost } = surviveOutput(new EventEmitter(), stderr);
    expect(() => stderr.emit('error', failure('ENOSPC'))).not.toThrow();
    expect(lost()).toBeUndefined();
  });
});
