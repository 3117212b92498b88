import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { OUTCOME_STATES, type Outcome } from '../../src/transport/types.ts';
import { HONEST, KINDS, kindOf } from '../transport/hostile/fuzz-kinds.mjs';
import { newKeyFile } from '../transport/sshd.ts';

const COUNT = 1000;
const SEED = 20_261_129;
const MOST_MIB = 200;

type Told = Omit<Outcome, 'stdout' | 'stderr'> & { index: number; bytes: number };

// Every address of 127.0.0.0/8 answers on Linux alone.
it.skipIf(process.platform !== 'linux')(
  'tells 1,000 hostile servers apart: no crash, no outcome of another, no more than 200 MB',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fx-hostile-'));
    const here = resolve(import.meta.dirname, '../transport/hostile');
    const peer = spawn(process.execPath, [join(here, 'fuzz-peer.mjs'), String(SEED)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const client = join(dir, 'client.mjs');
      await build({
        entryPoints: [join(here, 'fuzz-client.ts')],
        outfile: client,
        bundle: true,
        format: 'esm',
        platform: 'node',
        loader: { '.sh': 'text', '.yaml': 'text' },
        external: ['*.node'],
        logLevel: 'error',
        banner: {
          js: "import { createRequire as __c } from 'node:module'; const require = __c(import.meta.url); const __dirname = import.meta.dirname;",
        },
      });
      const line = await new Promise<string>((told) =>
        peer.stdout.once('data', (text) => told(String(text))),
      );
      const [port, ...key] = line.trim().split(' ');
      const [known, identity] = [join(dir, 'known'), join(dir, 'id')];
      writeFileSync(known, `[127.*]:${port} ${key.join(' ')}\n`);
      newKeyFile(identity);
      const ran = await promisify(execFile)(
        process.execPath,
        [client, port!, known, identity, String(COUNT)],
        {
          maxBuffer: 1 << 26,
        },
      );
      const { outcomes, peakMib } = JSON.parse(ran.stdout) as { outcomes: Told[]; peakMib: number };

      expect(outcomes.map(({ index }) => index).sort((a, b) => a - b)).toEqual([...Array(COUNT).keys()]);
      for (const { index, target, state, result, reason, bytes } of outcomes) {
        const kind = kindOf(index);
        const what = `${kind} ${index}: ${state} ${JSON.stringify(reason)}`;
        expect(target, what).toBe(`server ${index}`);
        expect(OUTCOME_STATES, what).toContain(state);
        expect(reason?.code, what).not.toBe('internal');
        expect(bytes, what).toBeLessThan(2 * 8192 + 1024);
        if (HONEST.includes(kind)) expect(state, what).toBe('ok');
        // One byte of its own note may have been changed.
        if (result && kind !== 'mutated') expect(result.note, what).toBe(`server ${index}`);
        if (['other-nonce', 'repeated', 'refused', 'no-begin', 'signal', 'mute'].includes(kind))
          expect(state, what).not.toBe('ok');
      }
      expect(new Set(outcomes.map(({ index }) => kindOf(index))).size).toBe(KINDS.length);
      expect(peakMib).toBeLessThan(MOST_MIB);
    } finally {
      peer.kill();
      rmSync(dir, { recursive: true });
    }
  },
);
