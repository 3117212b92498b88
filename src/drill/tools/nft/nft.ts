import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Tool, ToolAnswer } from '../../types.ts';
import { formatError, NftError } from './error.ts';
import type { Firewall } from './firewall.ts';
import { parse } from './parse.ts';

interface Flags {
  check: boolean;
  handles: boolean;
  numeric: boolean;
  stateless: boolean;
  terse: boolean;
  version: boolean;
  file?: string;
  words: string[];
}

const LETTERS: Record<string, Partial<Flags>> = {
  c: { check: true },
  a: { handles: true },
  n: { numeric: true },
  y: { numeric: true },
  s: { stateless: true },
  t: { terse: true },
  v: { version: true },
  e: {},
};

const LONG: Record<string, string> = {
  '--check': 'c',
  '--handle': 'a',
  '--numeric': 'n',
  '--numeric-priority': 'y',
  '--stateless': 's',
  '--terse': 't',
  '--version': 'v',
  '--echo': 'e',
};

/** Simulated nft, acting on a lab node's packet filter. */
export function createNft(firewall: Firewall): Tool {
  return (argv, stdin, { cwd }) => {
    const flags = readFlags(argv);
    if (typeof flags === 'string') return failure(flags);
    if (flags.version) return { code: 0, stdout: 'nftables v1.0.6 (Lester Gooch #5)\n', stderr: '' };
    if (flags.file === undefined) {
      if (flags.words.length === 0) return failure('nft: no command specified\n');
      return run(firewall, flags.words.join(' '), flags);
    }
    const fromStdin = flags.file === '-' || flags.file === '/dev/stdin';
    const text = fromStdin ? stdin() : readOptional(resolve(cwd, flags.file));
    if (text === undefined) {
      return failure(
        `internal:0:0-0: Error: Could not open file "${flags.file}": No such file or directory\n\n\n`,
      );
    }
    return run(firewall, text, { ...flags, file: fromStdin ? '/dev/stdin' : flags.file });
  };
}

function run(firewall: Firewall, text: string, { check, ...flags }: Flags): ToolAnswer {
  try {
    return { code: 0, stdout: firewall.transact(parse(text), { ...flags, checkOnly: check }), stderr: '' };
  } catch (error) {
    if (!(error instanceof NftError)) throw error;
    return failure(formatError(error, text, flags.file));
  }
}

function readFlags(argv: string[]): Flags | string {
  const flags: Flags = {
    check: false,
    handles: false,
    numeric: false,
    stateless: false,
    terse: false,
    version: false,
    words: [],
  };
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === '--file') flags.file = argv[++at] ?? '';
    else if (word.startsWith('--file=')) flags.file = word.slice(7);
    else if (word.startsWith('--')) {
      const letter = LONG[word];
      if (letter === undefined) return `nft: unrecognized option '${word}'\n`;
      Object.assign(flags, LETTERS[letter]);
    } else if (/^-[a-zA-Z]/.test(word)) {
      const problem = readLetters(word.slice(1), flags, () => argv[++at]);
      if (problem) return problem;
    } else flags.words.push(word);
  }
  return flags;
}

/** Letters may stand together; `f` takes the rest of its word or the next one. */
function readLetters(letters: string, flags: Flags, next: () => string | undefined): string | undefined {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at]!;
    if (letter === 'f') {
      const file = letters.slice(at + 1) || next();
      if (file === undefined) return "nft: option requires an argument -- 'f'\n";
      flags.file = file;
      return undefined;
    }
    if (letter === 'j') return 'Error: JSON support not compiled-in\n';
    if (!Object.hasOwn(LETTERS, letter)) return `nft: invalid option -- '${letter}'\n`;
    Object.assign(flags, LETTERS[letter]);
  }
  return undefined;
}

function failure(stderr: string): ToolAnswer {
  return { code: 1, stdout: '', stderr };
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
