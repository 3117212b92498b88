import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ErrorKind, FireaxeError } from '../../src/base/errors.ts';
import { nearest } from '../../src/base/nearest.ts';
import { createSink, safeJson, table } from '../../src/cli/output.ts';
import { parseParameters } from '../../src/cli/parameters.ts';
import { reportError, wantsJson } from '../../src/cli/report-error.ts';
import type { CliIo } from '../../src/cli/types.ts';

function written(use: (io: CliIo) => void): { stdout: string; stderr: string } {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  use({ stdout, stderr, env: {} } as unknown as CliIo);
  return { stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

describe('the sink', () => {
  it('makes text safe on both streams', () => {
    const { stdout, stderr } = written((io) => {
      const sink = createSink(io, {});
      sink.text('a\u001b[2Jb');
      sink.note('c\u202ed');
      sink.json({ schemas: [] });
    });
    expect([stdout, stderr]).toEqual(['a\\x1b[2Jb\n', 'c\\u202ed\n']);
  });

  it('escapes terminal controls in JSON, and loses nothing', () => {
    const value = { a: 'x\u001b\u009b\u202e\u007f' };
    expect(safeJson(value)).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(safeJson(value))).toEqual(value);
  });

  it('prints only results with json: no text', () => {
    const { stdout } = written((io) => {
      const sink = createSink(io, { output: 'json' });
      sink.text('for people');
      sink.event({ node: {} as never });
      sink.json({ schemas: [] });
    });
    expect(JSON.parse(stdout)).toEqual({ schemaVersion: 1, schemas: [] });
  });

  it('aligns columns', () => {
    expect(
      table([
        ['A', 'B'],
        ['long', 'x'],
      ]),
    ).toEqual(['A     B', 'long  x']);
  });
});

describe('errors', () => {
  it.each([
    ['internal', 1],
    ['usage', 2],
    ['credentials', 4],
    ['declined', 5],
    ['stale', 6],
    ['guard', 7],
    ['interrupted', 130],
  ] as [ErrorKind, number][])('%s exits with %i', (kind, code) => {
    written((io) => expect(reportError(new FireaxeError(kind, 'm'), io, false)).toBe(code));
  });

  it('name kind, place, what was expected and the next command', () => {
    const error = new FireaxeError('usage', 'm', { place: 'p', expected: 'e', next: 'n' });
    expect(written((io) => reportError(error, io, false)).stderr).toBe(
      'fireaxe: m\n  at: p\n  expected: e\n  next: n\n',
    );
    expect(JSON.parse(written((io) => reportError(error, io, true)).stderr)).toEqual({
      schemaVersion: 1,
      error: { kind: 'usage', message: 'm', place: 'p', expected: 'e', next: 'n' },
    });
  });

  it.each([
    [{ code: 'ENOTDIR', syscall: 'scandir', path: '/dev/null' }, 1, 'scandir failed'],
    [{ code: 'ENOENT', syscall: 'uv_cwd' }, 2, 'the working directory does not exist'],
    [{ code: 'ERR_SYSTEM_ERROR', syscall: 'uv_os_homedir' }, 2, 'no home directory'],
    [{ code: 'ENOENT', syscall: 'mkdtemp', path: '/no/fireaxe-x' }, 1, 'TMPDIR'],
  ])('%j of the system is reported as an error with a next step, not as a bug', (what, code, words) => {
    const error = Object.assign(new Error(`${what.syscall} failed`), what);
    const { stderr } = written((io) => expect(reportError(error, io, false)).toBe(code));
    expect(stderr).toContain(words);
    expect(stderr).toMatch(/next: /);
    expect(stderr).not.toMatch(/bug|^ +at .*\.ts/m);
  });

  it('of another kind are bugs: printed with the stack', () => {
    const error = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'open' });
    expect(written((io) => reportError(error, io, false)).stderr).toMatch(/output\.test[\s\S]*a bug/);
  });

  it('are JSON if an option before -- asks for it', () => {
    expect(wantsJson(['exec', '--output', 'json', '--', 'x'])).toBe(true);
    expect(wantsJson(['exec', '--output=ndjson'])).toBe(true);
    expect(wantsJson(['exec', '--', '--output=json'])).toBe(false);
  });
});

describe('words', () => {
  it.each([
    ['prob', 'probe'],
    ['tiemline', 'timeline'],
    ['Stop', 'stop'],
    ['zzz', undefined],
  ])('%s: suggests %s', (word, meant) => {
    expect(nearest(word, ['probe', 'stop', 'timeline', 'undo'])).toBe(meant);
  });

  it('parameters are key=value, once each; the value may hold anything', () => {
    expect(parseParameters(['a=1', 'b=x=y', 'c='])).toEqual({ a: '1', b: 'x=y', c: '' });
    expect(() => parseParameters(['a'])).toThrow(expect.objectContaining({ place: '--param' }));
    expect(() => parseParameters(['=x'])).toThrow(/invalid parameter/);
    expect(() => parseParameters(['a=1', 'a=2'])).toThrow(/twice/);
  });
});
