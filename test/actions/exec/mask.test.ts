import { afterEach, describe, expect, test } from 'vitest';
import { exec } from '../../../src/actions/exec/action.ts';
import type { TransportName } from '../../../src/fleet/transports.ts';
import { nodeScript } from '../../../src/node/script.ts';
import { context, Sandbox, SHELLS, target } from '../../node/sandbox.ts';

let box: Sandbox | undefined;
afterEach(() => box?.remove());

const order = (command: string, via: TransportName) =>
  nodeScript({
    action: exec as never,
    params: { command, exits: ['0'] },
    op: 'apply',
    runId: 'r1',
    stepId: 's1',
    notAfter: new Date(Date.now() + 600_000),
    deadlineMs: 20_000,
    context: context(),
  }).textFor(target(), via);

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test.each(['ssh', 'ssm'] as const)(
    'files of a command get the mode that they would at a prompt (%s)',
    async (via) => {
      box = new Sandbox();
      const ran = await box.run(
        `umask 0027\n${order(`umask; : >${box.root}/made; ls -l ${box.root}/made`, via)}`,
        shell,
      );
      expect(ran.stdout).toMatch(/^0?027\n-rw-r-----/);
      // Ours are root's alone.
      const after = await box.run(
        order(`ls -l ${box.root}/run/fireaxe/r1/s1/intent`, via).replace('FX_STEP=s1', 'FX_STEP=s2'),
        shell,
      );
      expect(after.stdout).toMatch(/^-rw-------/);
    },
  );
});

test('a script is measured in bytes, as the kernel does', () => {
  expect(exec.params.safeParse({ command: `# ${'語'.repeat(50_000)}` }).success).toBe(false);
  expect(exec.params.safeParse({ command: `# ${'a'.repeat(50_000)}` }).success).toBe(true);
});
