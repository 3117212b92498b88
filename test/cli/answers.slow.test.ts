import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { answerer, answersOf, refuseUnanswered, refuseUnansweredRollout } from '../../src/cli/answers.ts';
import { interrupts } from '../../src/cli/interrupts.ts';
import type { AskStep } from '../../src/plan/types.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

const step = (id: string): AskStep => ({
  kind: 'ask',
  id,
  title: 't',
  text: `Go on ${id}?`,
  withinMs: 1_000,
});

function terminal(isTTY = true) {
  const controls = interrupts(
    () => {},
    () => {},
  );
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: (on: boolean) => modes.push(on) });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const modes: boolean[] = [];
  let said = '';
  stderr.on('data', (chunk) => {
    said += chunk;
  });
  const io = { stdin, stdout: new PassThrough(), stderr, env: {}, now: () => new Date(), ...controls };
  return { io, stdin, modes, controls, said: () => said };
}

const later = (ms = 300) => new Promise((done) => setTimeout(done, ms));
const question = (id: string) => ({ cluster: 'c', step: id, text: 'Go on?' });
const never = new AbortController().signal;

describe('--answer', () => {
  it('is STEP=yes or STEP=no, once for each step', () => {
    expect([...answersOf({ answer: ['a=yes', 'b=no'] })]).toEqual([
      ['a', 'yes'],
      ['b', 'no'],
    ]);
    for (const wrong of ['a', 'a=', 'a=maybe', '=yes', 'a=yes=no'])
      expect(() => answersOf({ answer: [wrong] })).toThrow(`invalid answer: ${wrong}`);
    expect(() => answersOf({ answer: ['a=yes', 'a=no'] })).toThrow('a is answered twice');
  });

  it('is required without a terminal, before anything starts', () => {
    const { io } = terminal(false);
    expect(() => refuseUnanswered([step('a'), step('b')], { answer: ['a=yes'] }, io)).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: 'b must be answered, but there is no terminal',
        expected: 'an answer to: Go on b?',
        next: 'add --answer b=yes',
      }),
    );
    expect(() => refuseUnanswered([step('a')], { input: false }, terminal().io)).toThrow('prompts are off');
    refuseUnanswered([step('a')], { answer: ['a=no'] }, io);
    refuseUnanswered([step('a')], {}, io, { answered: new Set(['a']) });
    refuseUnanswered([step('a')], {}, terminal().io);
  });

  it('names the nearest question for a wrong one', () => {
    expect(() => refuseUnanswered([step('approve')], { answer: ['aprove=yes'] }, terminal().io)).toThrow(
      expect.objectContaining({ expected: 'perhaps approve; one of approve' }),
    );
  });

  it('is required for a rollout, at a terminal too', () => {
    const steps = [step('a'), step('a')];
    expect(() => refuseUnansweredRollout(steps, {}, terminal().io)).toThrow(
      'a must be answered, but a rollout over several clusters does not stop to ask',
    );
    refuseUnansweredRollout(steps, { answer: ['a=yes'] }, terminal(false).io);
  });

  it('answers without a terminal', async () => {
    const answer = answerer({ answer: ['a=no'] }, terminal(false).io, 'alice', {});
    expect(await answer(question('a'), never)).toEqual({ answer: 'no', by: 'alice', how: '--answer' });
    expect(await answer(question('b'), never)).toBeUndefined();
  });
});

describe('a question at the terminal', () => {
  it('is asked until the answer is yes or no; what was typed before does not count', async () => {
    const { io, stdin, said } = terminal();
    stdin.write('yes\n');
    const answer = answerer({}, io, 'alice', {})(question('a'), never);
    await later();
    stdin.write('\nperhaps\nno\n');
    expect(await answer).toEqual({ answer: 'no', by: 'alice', how: 'terminal' });
    expect(said().split('\n')).toEqual([
      'a: Go on? [yes/no] ',
      'a: Go on? [yes/no] perhaps',
      'a: Go on? [yes/no] no',
      '',
    ]);
  });

  it('does not take the Enter of now for the word of before', async () => {
    for (const view of [{}, { prompt: () => {} }]) {
      const { io, stdin } = terminal();
      const answer = answerer({}, io, 'alice', view)(question('a'), never);
      stdin.write('yes');
      await later();
      stdin.write('\r');
      await later(20);
      stdin.write('no\r');
      expect(await answer).toMatchObject({ answer: 'no' });
    }
  });

  it('shows no control characters of the question', async () => {
    const { io, stdin, said } = terminal();
    const text = 'Delete it?\x1b[2K\rHarmless?';
    const answer = answerer({}, io, 'alice', {})({ ...question('a'), text }, never);
    await later();
    stdin.write('no\r');
    await answer;
    expect(said()).toContain('Delete it?\\x1b[2K');
    expect(said()).not.toMatch(/[\x1b\r]/);
  });

  it('has no answer at an input that ended at an earlier question', async () => {
    const { io, stdin } = terminal();
    const ask = answerer({}, io, 'alice', {});
    const first = ask(question('a'), never);
    stdin.end();
    expect(await first).toBeUndefined();
    expect(await ask(question('b'), never)).toBeUndefined();
  });

  it('takes Ctrl-D on an empty line as the end', async () => {
    const { io, stdin } = terminal();
    const answer = answerer({}, io, 'alice', {})(question('a'), never);
    await later();
    stdin.write('x\x04\x7f\x04');
    expect(await answer).toBeUndefined();
  });

  it('is drawn by a live view, key by key', async () => {
    const { io, stdin, modes } = terminal();
    const drawn: (string | undefined)[] = [];
    const view = { prompt: (line: string | undefined) => void drawn.push(line) };
    const answer = answerer({}, io, 'alice', view)(question('a'), never);
    await later();
    stdin.write('yez');
    stdin.write('\x7fs\r');
    expect(await answer).toMatchObject({ answer: 'yes' });
    expect(drawn).toContain('a: Go on? [yes/no] yez');
    expect(drawn.at(-1)).toBeUndefined();
    expect(modes).toEqual([true, false]);
  });

  it('takes Ctrl-C as a key', async () => {
    const { io, stdin, controls, modes } = terminal();
    const ended = controls.inFlight('run');
    const answer = answerer({}, { ...io, interrupt: controls.interrupt }, 'alice', { prompt: () => {} });
    const asked = answer(question('a'), io.stop);
    stdin.write('\x03');
    expect(await asked).toBeUndefined();
    expect([io.stop.aborted, io.stopWaiting.aborted]).toEqual([true, false]);
    expect(modes).toEqual([true, false]);
    ended();
  });

  it.each([
    ['the terminal hangs up', ({ controls }: ReturnType<typeof terminal>) => controls.lostTerminal()],
    ['its input ends', ({ stdin }: ReturnType<typeof terminal>) => void stdin.end()],
    [
      'its input fails',
      ({ stdin }: ReturnType<typeof terminal>) => void stdin.emit('error', new Error('EIO')),
    ],
  ])('has no answer once %s', async (_name, happens) => {
    for (const view of [{}, { prompt: () => {} }]) {
      const made = terminal();
      const answer = answerer({}, made.io, 'alice', view)(question('a'), never);
      await new Promise((done) => setImmediate(done));
      happens(made);
      expect(await answer).toBeUndefined();
    }
  });

  it('waits for its turn, and is not asked if its time is over by then', async () => {
    const { io, stdin, said } = terminal();
    const answer = answerer({}, io, 'alice', {});
    const over = new AbortController();
    const answers = [answer(question('a'), never), answer(question('b'), over.signal)];
    over.abort();
    await later();
    stdin.write('yes\n');
    expect(await Promise.all(answers)).toMatchObject([{ answer: 'yes' }, undefined]);
    expect(said()).not.toContain('b: Go on?');
  });
});

describe('a playbook that asks', () => {
  let fireaxe: InProcess;
  let kit: string;
  withKit(InProcess, (made) => ({ fireaxe, kit } = made));
  const file = () => {
    const path = join(fireaxe.directory, 'asks.yaml');
    writeFileSync(
      path,
      'schemaVersion: 1\nname: asks\ntitle: Asks\nworkstreams:\n  - name: only\n    steps: [{ id: approve, ask: "Go on?", within: 5m }]\n',
    );
    return path;
  };
  const args = (...more: string[]) => ['run', file(), '-c', 'c1', '--reason', 'INC-42', ...more];

  it('is refused before it starts where nobody can answer', async () => {
    const { code, stderr } = await fireaxe.run(args(), { kit });
    expect(code).toBe(2);
    expect(stderr).toContain('approve must be answered, but there is no terminal');
    expect(stderr).toContain('add --answer approve=yes');
    expect(readdirSync(fireaxe.directory, { recursive: true }).join()).not.toMatch(/journal/);
  });

  it('runs with an answer, shows the question, and tells the programs', async () => {
    const { code, stdout, stderr } = await fireaxe.run(args('--answer', 'approve=yes', '-o', 'ndjson'), {
      kit,
    });
    expect(code).toBe(0);
    expect(stderr).toContain('asks: Go on? (waits for yes at most 5m00s; no ends the workstream)');
    const events = stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line).event] : []));
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'ask', state: 'answered', answer: 'yes', how: '--answer' }),
    );
    expect((await fireaxe.run(args('--answer', 'approve=no'), { kit })).code).toBe(7);
    expect((await fireaxe.run(args('--dry-run'), { kit })).stdout).toContain('asks: Go on?');
  });
});
