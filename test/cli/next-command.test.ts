import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FireaxeError, usage } from '../../src/base/errors.ts';
import { hintTypeable, nextCommand } from '../../src/cli/next-command.ts';
import { sameWords } from '../../src/cli/undo-pace.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

const KIT = { kit: '/a kit' };

describe('a next command can be pasted as it stands', () => {
  it.each([
    ['fireaxe timeline r1', KIT, "fireaxe timeline r1 --kit '/a kit'"],
    ['fireaxe nodes', { cluster: ['prod-1'] }, 'fireaxe nodes -c prod-1'],
    ['fireaxe nodes -c prod-1', { cluster: ['prod-1'] }, 'fireaxe nodes -c prod-1'],
    ['fireaxe timeline r1', { cluster: ['prod-1'] }, 'fireaxe timeline r1'],
    ['fireaxe resume r1', { sudoPasswordStdin: true }, 'fireaxe resume r1 --sudo-password-stdin'],
    ['fireaxe timeline r1', { sudoPasswordStdin: true }, 'fireaxe timeline r1'],
  ])('%s with %j', (command, flags, typed) => {
    expect(nextCommand(command, flags)).toBe(typed);
  });

  it.each([
    ['fireaxe runs', "fireaxe runs --kit '/a kit'"],
    ['free the disk, then: fireaxe resume last', "free the disk, then: fireaxe resume last --kit '/a kit'"],
    [
      'fireaxe nodes -c c --discover --save, where',
      "fireaxe nodes -c c --discover --save --kit '/a kit', where",
    ],
    // Incomplete commands, or commands that do not need the kit.
    ['make it again: fireaxe plan … --save FILE', 'make it again: fireaxe plan … --save FILE'],
    ['fireaxe nodes --help', 'fireaxe nodes --help'],
    ['add --yes', 'add --yes'],
  ])('in the hint of an error: %s', (next, typed) => {
    const error = usage('m', { place: 'p', expected: 'e', next });
    const told = hintTypeable(error, KIT) as FireaxeError;
    expect(told).toMatchObject({ kind: 'usage', message: 'm', place: 'p', expected: 'e', next: typed });
  });

  it('an undo is repeated with the same scope and pace', () => {
    const flags = { step: ['a', 'b'], nodes: 'n[1-3]', canary: '1', maxFailures: '0', via: ['ssh', 'ssm'] };
    expect(sameWords(flags).join(' ')).toBe(
      "--step a --step b --nodes 'n[1-3]' --canary 1 --max-failures 0 --via ssh,ssm",
    );
  });
});

describe('on the command line', () => {
  let fireaxe: InProcess;
  let kit: string;
  withKit(InProcess, (both) => ({ fireaxe, kit } = both));
  const nextOf = (text: string) => /next: (?:.*: )?fireaxe (.*)/.exec(text)?.[1]?.split(' ') ?? [];

  it.each([
    [['timeline', 'nosuch'], 'runs'],
    [['nodes', '-c', 'c1', '-l', 'pool=gpu'], 'nodes'],
    [['undo', 'nosuch'], 'runs'],
  ])('the hint of a refused %j works', async (args, verb) => {
    const { code, stderr } = await fireaxe.run([...args, '--kit', kit]);
    expect(code).toBe(2);
    const next = nextOf(stderr);
    expect(next[0]).toBe(verb);
    expect(next.slice(-2)).toEqual(['--kit', kit]);
    expect((await fireaxe.run(next)).code).toBe(0);
  });

  it('a plan saved without a reason does not suggest running it', async () => {
    const [bare, whole] = [join(kit, 'bare.plan'), join(kit, 'whole.plan')];
    const words = ['--kit', kit, '--via', 'local', '--nodes', 'n1'];
    const first = await fireaxe.run(['plan', 'exec', ...words, '--save', bare, '--', 'true']);
    expect(first.stderr).toMatch(/saved without a reason[\s\S]*next: .*--reason/);
    const second = await fireaxe.run([
      'plan',
      'exec',
      ...words,
      '--reason',
      'x',
      '--save',
      whole,
      '--',
      'true',
    ]);
    expect((await fireaxe.run(nextOf(second.stderr))).code).toBe(0);
  });
});
