import { isIP } from 'node:net';
import { basename } from 'node:path';
import type { Places } from './places.ts';
import type { Parts } from './types.ts';

/** A command that the path runs, and the texts of the scripts behind it, by their paths. */
export interface Command {
  clusters: string[];
  /** What leads to it, and the command itself. */
  chain: string[];
  words: readonly string[];
  scripts: readonly { path: string; text: string }[];
  mend: string;
}

/** Programs that need a service: what they need, and whether that is a cluster. */
const PROGRAMS: Record<string, { needs: string; state: 'red' | 'amber' }> = {
  kubectl: { needs: 'the API of a cluster', state: 'red' },
  oc: { needs: 'the API of a cluster', state: 'red' },
  kubelogin: { needs: 'an identity provider', state: 'amber' },
  tsh: { needs: 'a Teleport proxy, which must be up', state: 'amber' },
  vault: { needs: 'a Vault server, which must be up', state: 'amber' },
  gcloud: { needs: "Google's sign-in", state: 'amber' },
  az: { needs: "Microsoft's sign-in", state: 'amber' },
};

const FILES =
  /(\/var\/run\/secrets\/kubernetes\.io|\/\.kube\/config|\bKUBECONFIG\b|\/etc\/kubernetes\/[a-z-]+\.conf)/;
const ADDRESS = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/g;
const URL_HOST = /\bhttps?:\/\/(?:[^\s/@'"]*@)?(\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+)/gi;
const LOGIN = /\w@([a-z0-9.-]+)/gi;
const NAME = /\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\b/gi;
/** Where a script begins a command, or names one in a list of words. */
const PROGRAM = new RegExp(
  `(?:^|[|;&(\`'"[]|(?:\\b(?:exec|sudo|env|then|do|else|if|while)|!)\\s)\\s*(?:[\\w./-]*/)?(${Object.keys(PROGRAMS).join('|')})(?![\\w.=-])`,
  'gm',
);

/**
 * What a command needs, as far as its words and scripts tell: programs that ask a cluster, its files, and hosts. A
 * compiled program cannot be read.
 */
export function commandParts(command: Command, places: Places): Parts {
  const { clusters, chain, words, scripts, mend } = command;
  const parts: Parts = { needs: [], faults: [] };
  for (const { path, text } of [{ path: '', text: words.join(' ') }, ...scripts]) {
    const own = path === '' || chain.at(-1)!.includes(path) ? chain : [...chain, path];
    const plain = path === '' ? text : withoutComments(text);
    const names =
      path === ''
        ? words.map((word) => basename(word))
        : [...plain.matchAll(PROGRAM)].map(([, name]) => name!);
    for (const name of Object.keys(PROGRAMS).filter((one) => names.includes(one))) {
      const { needs, state } = PROGRAMS[name]!;
      const what = `${chain.at(-1)} runs ${name}, which needs ${needs}`;
      parts.faults.push({ clusters, chain: [...own, name, needs], state, what, mend });
    }
    const file = FILES.exec(plain)?.[1];
    if (file !== undefined) {
      const what = `${chain.at(-1)} reads ${file}: keys of a cluster`;
      parts.faults.push({
        clusters,
        chain: [...own, file, 'the API of a cluster'],
        state: 'red',
        what,
        mend,
      });
    }
    const hosts = [...hostsIn(plain, places), ...(path === '' ? words.filter((word) => places(word)) : [])];
    for (const host of new Set(hosts)) parts.needs.push({ clusters, chain: own, host, mend });
  }
  return parts;
}

/** Hosts of URLs; and any name or address that is one of a cluster. */
function hostsIn(text: string, places: Places): string[] {
  const urls = [...text.matchAll(URL_HOST)].map(([, host]) => host!.replace(/^\[|\]$/g, ''));
  const others = [...text.matchAll(ADDRESS), ...text.matchAll(NAME)].map(([host]) => host);
  const logins = [...text.matchAll(LOGIN)].map(([, host]) => host!);
  return [
    ...new Set([...urls, ...[...others, ...logins].filter((host) => places(host) !== undefined)]),
  ].filter((host) => isIP(host) !== 0 || /[a-z]/i.test(host));
}

const withoutComments = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !/^\s*(#|\/\/)/.test(line))
    .join('\n');
