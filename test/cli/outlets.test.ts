import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { surviveOutput } from '../../src/cli/outlets.ts';

const failure = (code: string) => Object.assign(new Error(`${code}: no room, write`), { code });

describe('failed output never ends a change in progress', () => {
  it('remembers the first failure to write results', () => {
    const stdout = new EventEmitter();
    const { lost } = surviveOutput(stdout, new EventEmitter());
    expect(lost()).toBeUndefined();
    const full = failure('ENOSPC');
    stdout.emit('error', full);
    stdout.emit('error', failure('ERR_STREAM_DESTROYED'));
    expect(lost()).toBe(full);
  });

  it.each(['EPIPE', 'EIO'])('a reader that closed the stream (%s) is not a failure', (code) => {
    const stdout = new EventEmitter();
    const { lost } = surviveOutput(stdout, new EventEmitter());
    stdout.emit('error', failure(code));
    expect(lost()).toBeUndefined();
  });

  it('ignores a log on a full disk', () => {
    const stderr = new EventEmitter();
    const { lost } = surviveOutput(new EventEmitter(), stderr);
    expect(() => stderr.emit('error', failure('ENOSPC'))).not.toThrow();
    expect(lost()).toBeUndefined();
  });
});
