import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { deliveryOf } from '../../src/transport/delivery.ts';
import { passwordPrompt } from '../../src/transport/markers.ts';
import { sudoReason } from '../../src/transport/sudo.ts';
import { raw, target } from './subjects.ts';

const shells = ['sh', 'dash', 'bash', 'zsh', 'fish', 'csh'].filter(
  (shell) => spawnSync(shell, ['-c', 'true']).status === 0,
);

describe('a delivered script', () => {
  it.each(shells)('runs under %s as login shell', (shell) => {
    const { command, text } = deliveryOf(raw(`echo "it's $((1+1))"`), target(), 'ssh', { sudo: false });
    const { stdout } = spawnSync(shell, ['-c', command], { input: text, encoding: 'utf8' });
    expect(stdout).toMatch(/^fireaxe:n0nce:began( .*)?\nit's 2\n$/);
  });

  it('leaves the rest of the input to the script', () => {
    const { command, text } = deliveryOf(raw('cat'), target(), 'ssh', { sudo: false });
    const input = Buffer.concat([text, Buffer.from('secret')]);
    const { stdout } = spawnSync('sh', ['-c', command], { input, encoding: 'utf8' });
    expect(stdout).toMatch(/^fireaxe:n0nce:began( .*)?\nsecret$/);
  });

  it('has a short command line that tells nothing of the script', () => {
    const { command, text } = deliveryOf(raw('x'.repeat(100_000)), target(), 'ssh', { sudo: true });
    expect(command).toMatch(
      /^exec sudo -n \/bin\/sh -c 'FX_SAID=; .*printf .* fireaxe:n0nce:ready .*; FX_TEXT=/,
    );
    // A C shell would look for it in its history.
    expect(command).not.toContain('!');
    expect(command).toContain(`head -c ${text.length}`);
    expect(command.length).toBeLessThan(600);
    expect(command).not.toContain('xx');
  });

  it('lets sudo ask for a password where there is one, by a prompt of its own', () => {
    const way = { sudo: true, sudoPassword: "p'w" };
    const { command, text, password } = deliveryOf(raw('id'), target(), 'ssh', way);
    expect(command).toMatch(/^exec sudo -S -p fireaxe:n0nce:password: \/bin\/sh -c '.*fireaxe:n0nce:ready/);
    expect(password).toEqual({ prompt: 'fireaxe:n0nce:password:', line: Buffer.from("p'w\n") });
    expect(command + text).not.toContain("p'w");
    // Nothing to ask for root: the password stays here.
    expect(deliveryOf(raw('id'), target(), 'ssh', { ...way, sudo: false }).password).toBeUndefined();
  });
});

describe('what sudo says', () => {
  it.each([
    [false, 'sudo: a password is required', 'sudo refused: sudo: a password is required'],
    [true, `${passwordPrompt('ab1')}sudo: 1 incorrect password attempt`, 'sudo: wrong password'],
    [
      true,
      'sudo: unable to resolve host w1: x\npat is not in the sudoers file.',
      'sudo refused: pat is not in the sudoers file.',
    ],
    [
      false,
      'sudo: sorry, you must have a tty to run sudo',
      'sudo refused: sudo: sorry, you must have a tty to run sudo',
    ],
  ])('password given: %s, %j', (asked, stderr, message) => {
    expect(sudoReason(`noise\n${stderr}\n`, asked)).toMatchObject({ code: 'sudo', message });
  });
  it('is not read out of a mere warning', () => {
    expect(sudoReason('sudo: unable to resolve host w1: Name or service not known\n', false)).toBeUndefined();
  });
});
