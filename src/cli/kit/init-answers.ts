import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FireaxeError, usage } from '../../base/errors.ts';
import { parseLoginAddress } from '../../fleet/login-address.ts';
import { home } from '../../kit/home.ts';
import type { Answers } from '../../kit/init/answers.ts';
import type { NewFile } from '../../kit/init/write.ts';
import { ask, canAsk } from '../ask.ts';
import type { CommonFlags } from '../options.ts';
import type { CliIo } from '../types.ts';

/** As typed, or as answered. */
export interface InitFlags {
  cluster?: string[] | undefined;
  user?: string | undefined;
  port?: number | undefined;
  identity?: string | undefined;
  agent?: boolean | undefined;
  jump?: string | undefined;
  region?: string | undefined;
  profile?: string | undefined;
}

const DEFAULTS = { cluster: 'prod-1', user: 'root' };

/** Asks for what no flag gave. Without a terminal the defaults hold. */
export async function askForRest(flags: InitFlags & CommonFlags, io: CliIo): Promise<InitFlags> {
  if (!canAsk(io, flags)) return flags;
  const asked = async (given: string | undefined, question: string, usual?: string) =>
    given ?? ((await ask(io, `${question}${usual === undefined ? '' : ` [${usual}]`}: `)).trim() || usual);
  const cluster = flags.cluster ?? [(await asked(undefined, 'Name of the cluster', DEFAULTS.cluster))!];
  const user = await asked(flags.user, 'Login on its nodes', DEFAULTS.user);
  const identity =
    flags.agent === true
      ? flags.identity
      : await asked(flags.identity, 'Private key for it, copied into the kit (empty: the keys of the agent)');
  const jump = await asked(flags.jump, 'Bastion, as user@address:port (empty: none)');
  const region = await asked(flags.region, 'AWS region (empty: no cloud)');
  const profile = region && (await asked(flags.profile, 'AWS profile (empty: keys of the environment)'));
  const agent = flags.agent ?? (identity === undefined || undefined);
  return { ...flags, cluster, user, identity, jump, region, profile: profile || undefined, agent };
}

/** The answers, and what of them is wrong already. */
export function answersOf(flags: InitFlags): { answers: Answers; wrong: FireaxeError[] } {
  const { user = DEFAULTS.user, port, identity, agent, region, profile } = flags;
  const [cluster = DEFAULTS.cluster, ...others] = flags.cluster ?? [];
  const wrong: FireaxeError[] = [];
  if (others.length > 0)
    wrong.push(
      usage('a new kit begins with one cluster', {
        place: '--cluster',
        expected: 'others later, in clusters/<name>.yaml',
      }),
    );
  if (identity === undefined && agent !== true && region === undefined) wrong.push(noLogin());
  if (profile !== undefined && region === undefined)
    wrong.push(usage('--profile needs a region', { place: '--profile', next: 'add --region us-west-2' }));
  const login = flags.jump === undefined ? undefined : parseLoginAddress(flags.jump);
  if (flags.jump !== undefined && !login)
    wrong.push(
      usage('not a bastion', { place: '--jump', expected: 'user@address:port, such as core@203.0.113.5' }),
    );
  const { host: address = '', ...rest } = login ?? {};
  const answers: Answers = {
    cluster,
    user,
    ...(port !== undefined && { port }),
    ...(identity !== undefined && { identity: keyName(cluster, identity) }),
    useAgent: agent === true,
    ...(login && { bastion: { address, ...rest } }),
    ...(region !== undefined && { cloud: { region, ...(profile !== undefined && { profile }) } }),
  };
  return { answers, wrong };
}

const keyName = (cluster: string, file: string): string =>
  `keys/${cluster}${file.endsWith('.pub') ? '.pub' : ''}`;

const noLogin = (): FireaxeError =>
  usage('no way to log in', {
    place: '--identity',
    expected: '--identity FILE (a private key that the nodes accept), --agent or --region',
    next: 'add --identity ~/.ssh/id_ed25519, or --agent',
  });

/** The key, its public half and its certificate, as files of the kit. */
export async function keyFiles(typed: string, identity: string): Promise<NewFile[]> {
  const file = typed.startsWith('~/') ? resolve(home(), typed.slice(2)) : resolve(typed);
  if (!file.endsWith('.pub')) {
    const { brokenKey } = await import('../../transport/ssh/usable-key.ts');
    const broken = await brokenKey(file);
    if (broken)
      throw new FireaxeError('credentials', broken.message, { place: '--identity', next: broken.next });
  }
  const content = await readFile(file).catch((cause) => {
    throw new FireaxeError('credentials', `cannot read the key: ${cause.message}`, {
      place: '--identity',
      cause,
    });
  });
  const beside = ['.pub', '-cert.pub'].map(async (end) => {
    const more = file.endsWith('.pub') ? undefined : await readFile(file + end).catch(() => undefined);
    return more ? [{ name: identity + end, content: more }] : [];
  });
  return [{ name: identity, content }, ...(await Promise.all(beside)).flat()];
}
