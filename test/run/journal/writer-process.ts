import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

const SOURCE = resolve(import.meta.dirname, '../../../src/run/journal/journal.ts');

/** A program that opens a journal, appends a note now and then (`open` after the first one, or why not), and closes it when its stdin ends. */
export async function buildWriter(dir: string): Promise<string> {
  const outfile = join(dir, 'writer.mjs');
  await build({
    stdin: {
      contents: `import { openJournal } from ${JSON.stringify(SOURCE)};
        const [path, timing, at] = process.argv.slice(2);
        const say = (error) => console.log((error.kind ?? 'broken') + ': ' + error.message);
        while (Date.now() < Number(at));
        const opened = await openJournal(path, () => new Date(), { timing: JSON.parse(timing) }).catch(say);
        if (!opened) process.exit(0);
        const { journal } = opened;
        let on = true;
        process.stdin.on('end', () => (on = false)).resume();
        for (let n = 0; on; n++) {
          try { await journal.append({ kind: 'note', text: process.pid + ' ' + n }); }
          catch (error) { say(error); break; }
          if (n === 0) console.log('open');
          await new Promise((done) => setTimeout(done, 5));
        }
        await journal.close();
        console.log('closed');
        process.exit(0);`,
      loader: 'ts',
      resolveDir: dir,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Plans of schema 1 are read with the actions' parameters, and actions import their scripts.
    loader: { '.sh': 'text' },
    // As in the build: yaml is not a module of its own.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    outfile,
  });
  return outfile;
}

/** A running program and what it says, a line at a time. */
export class Said {
  readonly child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #exited: Promise<unknown>;

  constructor(command: string, args: string[]) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface(this.child.stdout!).on('line', (line) => this.#lines.push(line));
    this.#exited = new Promise((done) => this.child.on('close', done));
  }

  /** The next line; empty where it ended without one. */
  async next(): Promise<string> {
    let ended = false;
    void this.#exited.then(() => (ended = true));
    while (this.#lines.length === 0 && !ended) await new Promise((done) => setTimeout(done, 5));
    return this.#lines.shift() ?? '';
  }

  /** Lets it close its journal. */
  end(): Promise<unknown> {
    this.child.stdin?.end();
    return this.#exited;
  }
}
