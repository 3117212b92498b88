import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CommandLine } from '../../command-line.ts';
import { Api, nothingLeft, onMachine, processesOf, recordsOf } from './machine.ts';

const api = new Api();
beforeAll(() => api.listen());
afterAll(() => api.close());

const words = ({ span = '10s', playbook = 'hold-it' }) =>
  `drill --on c1 --playbook ${playbook} --reason GAME-7 --calls 6 --for ${span}`.split(' ');
const CONFIRM = ['--confirm', 'c1 1'];
/** The limit is never passed: a busy machine may be late with an answer. */
const PATIENT = [...CONFIRM, '--max-errors', '100%'];
/** Its own clock, the grace of the timers, and what a busy machine takes. */
const GONE_MS = 60_000;

/** Records in the journals of both runs; in all there are more than twenty. */
const RECORDS = [1, 4, 8, 14];

/** Starts it, and waits until `seen` holds; fails with what it said if it ended before. */
async function startUntil(fireaxe: CommandLine, kit: string, args: string[], seen: () => boolean) {
  const { child, ended } = fireaxe.start(args, kit);
  let early: string | undefined;
  void ended.then(({ stderr }) => {
    early = stderr;
  });
  while (early === undefined && !seen()) await new Promise((r) => setTimeout(r, 20));
  expect(early).toBeUndefined();
  return { child, ended };
}

const floods = (fireaxe: CommandLine) => () =>
  recordsOf(fireaxe).some((line) => line.includes('"kind":"outcome"'));

describe.concurrent('a drill on a cluster, killed', { timeout: 300_000 }, () => {
  it.each(RECORDS)('once %i records are written: every node ends its flood by itself', (records) =>
    onMachine(api, async ({ fireaxe, kit }) => {
      const args = [...words({}), ...PATIENT, '--lead', '2s'];
      const { child, ended } = await startUntil(
        fireaxe,
        kit,
        args,
        () => recordsOf(fireaxe).length >= records,
      );
      child.kill('SIGKILL');
      await ended;
      await nothingLeft(fireaxe.directory, GONE_MS);
    }),
  );

  it('by Ctrl-C: the flood is ended at once, and the playbook does not begin', () =>
    onMachine(api, async ({ fireaxe, kit }) => {
      const args = [...words({ span: '70s' }), ...PATIENT, '--lead', '60s'];
      const { child, ended } = await startUntil(fireaxe, kit, args, floods(fireaxe));
      child.kill('SIGINT');
      const { code, stderr, stdout } = await ended;
      expect(stderr).toContain('ending the flood');
      expect(stdout).not.toContain('playbook:');
      expect(code).toBe(130);
      expect(processesOf(fireaxe.directory)).toEqual([]);
    }));

  it('by Ctrl-C while the playbook runs: the flood is ended at once, and a second one does not cut that short', () =>
    onMachine(api, async ({ fireaxe, kit }) => {
      const args = [...words({ span: '60s', playbook: 'slow' }), ...PATIENT, '--lead', '1s'];
      const has = (...words: string[]) =>
        recordsOf(fireaxe).some((line) => words.every((word) => line.includes(word)));
      const waits = () => existsSync(join(fireaxe.directory, 'begun'));
      const { child, ended } = await startUntil(fireaxe, kit, args, waits);
      child.kill('SIGINT');
      await vi.waitFor(() => expect(has('"kind":"intent"', '"op":"undo"')).toBe(true), {
        timeout: 10_000,
        interval: 5,
      });
      // The step of the playbook is still in flight.
      expect(has('"kind":"outcome"', '"step":"wait"')).toBe(false);
      child.kill('SIGINT');
      const { code, stderr, stdout } = await ended;
      expect(stderr).toContain('ending the flood: interrupted');
      expect(stdout).not.toContain('was not ended');
      expect(code).toBe(130);
      await nothingLeft(fireaxe.directory);
    }));

  it('by its own limit: the flood is ended once an API server that answered does not', () => {
    const sick = new Api();
    return onMachine(sick, async ({ fireaxe, kit }) => {
      const args = [...words({ span: '70s' }), ...CONFIRM, '--lead', '60s'];
      const { ended } = await startUntil(fireaxe, kit, args, floods(fireaxe));
      sick.ready = false;
      const { code, stdout } = await ended;
      expect(stdout).toMatch(/aborted: 100% of what users ask fails \(at most 30%\)/);
      expect(stdout).not.toContain('playbook:');
      expect(code).toBe(7);
      expect(processesOf(fireaxe.directory)).toEqual([]);
    }).finally(() => sick.close());
  });
});
