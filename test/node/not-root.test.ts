import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Op } from '../../src/node/types.ts';
import { splitResult } from '../../src/transport/node-output.ts';
import { text } from './critical.ts';
import { SHELLS } from './sandbox.ts';

/** As on a real node, where no other root is put before its folders, by somebody who is not root there. */
function asNobody(order: string, shell: string[], path = process.env.PATH) {
  const { status, stdout } = spawnSync(shell[0]!, [...shell.slice(1), '-c', 'eval "$FX_TEXT"'], {
    env: { PATH: path, FX_TEXT: order },
    encoding: 'utf8',
    ...(process.getuid?.() === 0 && { uid: 65534, gid: 65534 }),
  });
  return { code: status, ...splitResult(stdout, /^FX_NONCE=(\w+)$/m.exec(order)?.[1] ?? '') };
}

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test.each<Op>(['check', 'apply', 'verify', 'undo', 'keep', 'receipt'])(
    '%s by a login that is not root is refused as that, and no disk is blamed',
    (op) => {
      const { code, result } = asNobody(text(op), shell);
      expect(code).toBe(4);
      expect(result).toMatchObject({ state: 'refused', code: 'not-root' });
      expect(result?.note).toMatch(
        /^not root on this node: logged in as \S+; next: set ssh\.user to root, or ssh\.sudo/,
      );
    },
  );

  test.runIf(existsSync('/proc/self/status'))('the kernel tells who it is, and no program', () => {
    const tools = mkdtempSync(join(tmpdir(), 'fireaxe-id-'));
    onTestFinished(() => rmSync(tools, { recursive: true }));
    chmodSync(tools, 0o755);
    writeFileSync(join(tools, 'id'), '#!/bin/sh\necho 0\n', { mode: 0o755 });
    const { result } = asNobody(text('verify'), shell, `${tools}:${process.env.PATH}`);
    expect(result).toMatchObject({ state: 'refused', code: 'not-root' });
  });
});
