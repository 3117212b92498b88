import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order, orderText } from './orders.ts';

let lab: Lab;
const sh = async (command: string) => (await lab.at('w1').sh(command)).stdout.trim();

beforeAll(async () => {
  lab = await Lab.up([{ name: 'w1' }]);
  await sh('cp /bin/sleep /usr/local/bin/offender');
});
afterAll(() => lab?.down());

describe('exec', () => {
  const exec = (command: string, order: Order, more = {}) =>
    give(lab, 'w1', 'exec', { command, ...more }, order);

  test('floods, binary output, an exit by signal, a child that keeps the pipe', async () => {
    const flood = await exec('head -c 3000000 /dev/zero | tr "\\0" x; exit 5', { op: 'apply', run: 'e1' });
    expect(flood.stdout.length).toBe(3_000_000);
    expect(flood).toMatchObject({ code: 3, result: { state: 'failed', exit: 5 } });
    const binary = await exec('head -c 200 /dev/urandom; printf "\\000\\377"', { op: 'apply', run: 'e2' });
    expect(binary.result).toMatchObject({ state: 'changed', exit: 0 });
    const signal = await exec('kill -9 $$', { op: 'apply', run: 'e3' });
    expect(signal.result).toMatchObject({ state: 'failed', exit: 137 });
    const child = await lab
      .at('w1')
      .sh(
        `timeout 5 sh -c '${orderText(lab, 'w1', 'exec', { command: 'sleep 3 &' }, { op: 'apply', run: 'e4' }).replaceAll("'", "'\\''")}'`,
      );
    expect(child.stdout).toContain('"state":"changed"');
  });

  test('ended at its deadline, children and all, though they ignore it', async () => {
    const late = await exec(
      `trap '' TERM; /usr/local/bin/offender 77 & (trap '' TERM; sleep 78); echo never`,
      { op: 'apply', run: 'e5', deadlineMs: 2000 },
    );
    expect(late.result).toMatchObject({ state: 'failed', code: 'deadline' });
    await sh('sleep 1.5');
    expect(await sh('pgrep -f "[o]ffender 77|[s]leep 78" | wc -l')).toBe('0');
  });

  test('a script in the language that its first line names', async () => {
    const perl = '#!/usr/bin/env perl\nprint +(split "/", $0)[-1], "\\n"; exit 4;\n';
    expect(await exec(perl, { op: 'apply', run: 'e7' })).toMatchObject({
      stdout: 'script\n',
      result: { state: 'failed', exit: 4 },
    });
    const bash = `#!/bin/bash -eu\na=(1 2)\necho \${a[1]}\nfalse\necho on`;
    expect(await exec(bash, { op: 'apply', run: 'e8' })).toMatchObject({
      stdout: '2\n',
      result: { state: 'failed', exit: 1 },
    });
    expect(await sh('ls /run/fireaxe/e7/s1/script /run/fireaxe/e8/s1/script 2>/dev/null')).toBe('');
  });

  test('twice is once', async () => {
    const text = orderText(
      lab,
      'w1',
      'exec',
      { command: 'echo x >>/tmp/count; sleep 1' },
      { op: 'apply', run: 'e6' },
    );
    await Promise.all([lab.at('w1').run(text), lab.at('w1').run(text)]);
    await exec('echo x >>/tmp/count; sleep 1', { op: 'apply', run: 'e6' });
    expect(await sh('cat /tmp/count')).toBe('x');
    expect(await sh('wc -l </run/fireaxe/e6/s1/ran')).toBe('1');
  });
});
