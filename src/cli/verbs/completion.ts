import { usage } from '../../base/errors.ts';
import { oneLine, sanitize } from '../../base/sanitize.ts';
import { EXIT } from '../exit-codes.ts';
import { type CliIo, defineVerb, type RegisteredVerb } from '../types.ts';

const NOTES = `
Into the start file of the shell:
  bash   source <(fireaxe completion bash)        in ~/.bashrc
  zsh    source <(fireaxe completion zsh)         in ~/.zshrc, after compinit
  fish   fireaxe completion fish | source         in ~/.config/fish/config.fish
It completes verbs, options, clusters, nodes, labels, runs, playbooks, their parameters and the answers to their
questions. It reads the kit and the journals of this machine, and reaches no node.`;

export default defineVerb({
  name: 'completion',
  summary: 'Print what makes a shell complete the words of fireaxe',
  examples: ['fireaxe completion bash', 'fireaxe completion zsh', 'fireaxe completion fish'],
  danger: 'read',
  argument: ['<shell...>', 'bash, zsh or fish', 'fireaxe completion bash'],
  words: ['bash', 'zsh', 'fish'],
  options: {},
  notes: NOTES,
  async run([shell, ...typed], { verbs = [] }, io) {
    if (shell === 'words') {
      io.stdout.write(await candidates(typed, verbs, io));
      return EXIT.done;
    }
    const { SCRIPTS } = await import('../complete/scripts.ts');
    const script = Object.hasOwn(SCRIPTS, shell!) ? SCRIPTS[shell as keyof typeof SCRIPTS] : undefined;
    if (script === undefined || typed.length > 0) {
      throw usage(`unknown shell ${JSON.stringify([shell, ...typed].join(' '))}`, {
        expected: Object.keys(SCRIPTS).join(', '),
        next: 'fireaxe completion bash',
      });
    }
    io.stdout.write(script);
    return EXIT.done;
  },
});

/** What the scripts read: a word in each line, after a tab what it means; a line with a colon tells the shell something. */
async function candidates(typed: string[], verbs: RegisteredVerb[], io: CliIo): Promise<string> {
  const [{ complete }, { sourcesOf }] = await Promise.all([
    import('../complete/complete.ts'),
    import('../complete/sources.ts'),
  ]);
  const { candidates, files, open } = await complete(typed, verbs, (words) => sourcesOf(io, words));
  const lines = candidates.map(({ word, says }) =>
    [word, ...(says ? [says] : [])].map((text) => sanitize(oneLine(text))).join('\t'),
  );
  return [...lines, ...(open ? [':open'] : []), ...(files ? [':files'] : [])]
    .map((line) => `${line}\n`)
    .join('');
}
