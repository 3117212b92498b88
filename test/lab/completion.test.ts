import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine } from '../cli/command-line.ts';
import { makeKit } from '../kit/make-kit.ts';

const SHELLS = {
  bash: { start: 'bash --norc --noprofile -i', load: 'source <(fireaxe completion bash)' },
  zsh: {
    start: 'zsh -f -i',
    load: 'bindkey -e; autoload -Uz compinit; compinit -u -D; source <(fireaxe completion zsh)',
  },
  fish: { start: 'fish --no-config -i', load: 'fireaxe completion fish | source' },
};

/** What is typed before the tab, and the words after it. */
const CASES: [typed: string, words: string[]][] = [
  ['fireaxe clu', ['clusters']],
  ['fireaxe nodes --disc', ['nodes', '--discover']],
  ['fireaxe nodes -c c', ['nodes', '-c', 'c1']],
  ['fireaxe nodes --cluster=c', ['nodes', '--cluster=c1']],
  ['fireaxe nodes -c c1 --nodes cp', ['nodes', '-c', 'c1', '--nodes', 'cp-1']],
  ['fireaxe nodes --nodes n1,cp', ['nodes', '--nodes', 'n1,cp-1']],
  ['fireaxe nodes -l role=con', ['nodes', '-l', 'role=control-plane']],
  ['fireaxe nodes -o nd', ['nodes', '-o', 'ndjson']],
  ['fireaxe timeline 2026', ['timeline', '20261120T101500Z-a1b2']],
  ['fireaxe run throttle', ['run', 'throttle-offender']],
  ['fireaxe plan shed-load -p pro', ['plan', 'shed-load', '-p', 'process=']],
  ['fireaxe run asks --answer approve=y', ['run', 'asks', '--answer', 'approve=yes']],
  ['fireaxe dns che', ['dns', 'check']],
  ['fireaxe plan stop --un', ['plan', 'stop', '--unit']],
  ['fireaxe stop --reason "two words" --via op', ['stop', '--reason', 'two words', '--via', 'openssh']],
];

let fireaxe: CommandLine;
let kit: string;

beforeAll(() => {
  fireaxe = new CommandLine();
  kit = makeKit();
  mkdirSync(join(kit, 'playbooks'));
  writeFileSync(
    join(kit, 'playbooks/asks.yaml'),
    'schemaVersion: 1\nname: asks\ntitle: Asks\nworkstreams: [{ name: only, steps: [{ id: approve, ask: "Go on?" }] }]\n',
  );
  const run = join(fireaxe.env.FIREAXE_STATE_DIR, '20261120T101500Z-a1b2');
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, 'journal.ndjson'), '');
  const launcher = join(fireaxe.directory, 'bin/fireaxe');
  mkdirSync(dirname(launcher));
  writeFileSync(launcher, `#!/bin/sh\nexec '${process.execPath}' '${fireaxe.bin}' "$@"\n`);
  chmodSync(launcher, 0o755);
});
afterAll(() => {
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

async function until<T>(holds: () => T, ms: number): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = holds();
    if (found || Date.now() > end) return found;
    await new Promise((wake) => setTimeout(wake, 30));
  }
}

/** A shell on a terminal of its own. */
function shellOf({ start }: { start: string }) {
  const script = spawn('script', ['-qfec', `stty cols 200; exec ${start}`, '/dev/null'], {
    env: {
      ...fireaxe.env,
      PATH: `${fireaxe.directory}/bin:${process.env.PATH}`,
      FIREAXE_KIT: kit,
      TERM: 'xterm',
      LC_ALL: 'C.UTF-8',
    },
  });
  let shown = '';
  script.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  return {
    type: (keys: string) => script.stdin.write(keys),
    async shows(pattern: RegExp): Promise<RegExpExecArray> {
      const found = await until(() => pattern.exec(shown), 60_000);
      if (!found) throw new Error(`${start} does not show ${pattern}:\n${shown}`);
      return found;
    },
    /** Waits until a word stands there; what else a shell draws instead is told by the words themselves. */
    async settles(word: string) {
      const from = shown.length;
      await until(() => stripVTControlCharacters(shown.slice(from)).includes(word), 5_000);
    },
    async end() {
      const ended = new Promise((done) => script.once('close', done));
      script.kill('SIGKILL');
      await ended;
    },
  };
}

describe.each(Object.entries(SHELLS))('in %s', (_name, how) => {
  test('a tab completes verbs, options, clusters, nodes, labels, runs, playbooks and parameters', async () => {
    const shell = shellOf(how);
    try {
      shell.type(`${how.load}; printf 'LOA%s\\n' DED\n`);
      await shell.shows(/LOADED/);
      for (const [i, [typed, words]] of CASES.entries()) {
        // The whole line is then handed to printf, which shows its words.
        shell.type(`${typed}\t`);
        await shell.settles(words.at(-1)!);
        shell.type(`\x01printf '%s|' CASE${i}'<' \x05 '>'END${i}\n`);
        const [, line = ''] = await shell.shows(new RegExp(`CASE${i}<\\|([^\\r\\n]*?)\\|>END${i}\\|`));
        expect(line.split('|').slice(1), typed).toEqual(words);
      }
    } finally {
      await shell.end();
    }
  });
});
