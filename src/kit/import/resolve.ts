import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type FireaxeError, usage } from '../../base/errors.ts';
import { sideBySide } from '../../base/side-by-side.ts';
import type { Found } from './types.ts';

/** The addresses of a name, as this machine finds them today. */
export type Resolve = (name: string) => Promise<string[]>;

export const bySystem: Resolve = async (name) =>
  (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address);

const AT_ONCE = 64;
const NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9])?)*\.?$/;

/**
 * The addresses of all hosts by the word that the source has for them: an address itself, or what a name resolves to now.
 * In an emergency no name is resolved, so the snapshot has addresses alone.
 */
export async function addressesOf(
  hosts: readonly { host: string; place: Found['place']; name: string }[],
  resolve: Resolve,
  timeMs: number,
): Promise<{ addresses: Map<string, string>; wrong: FireaxeError[] }> {
  const addresses = new Map<string, string>();
  const names = new Map<string, (typeof hosts)[number]>();
  for (const one of hosts) {
    if (isIP(one.host) !== 0) addresses.set(one.host, one.host);
    else if (!names.has(one.host)) names.set(one.host, one);
  }
  const wrong: FireaxeError[] = [];
  const end = Date.now() + timeMs;
  await sideBySide([...names], AT_ONCE, async ([host, { place, name }]) => {
    const refuse = (what: string) =>
      wrong.push(
        usage(what, {
          place: place(),
          expected: `an IP address for ${name}: in an emergency no name is resolved`,
        }),
      );
    if (!NAME.test(host))
      return void refuse(`${JSON.stringify(host)} is neither an IP address nor a host name`);
    const found = await inTime(resolve(host), end - Date.now()).catch(
      (error: NodeJS.ErrnoException) => error,
    );
    if (found instanceof Error)
      return void refuse(`${host} does not resolve (${found.code ?? found.message})`);
    const [first, ...others] = preferred(found);
    if (first === undefined) return void refuse(`${host} has no address`);
    if (others.length > 0)
      return void refuse(`${host} has several addresses: ${[first, ...others].join(', ')}`);
    addresses.set(host, first);
  });
  return { addresses, wrong };
}

/** IPv4 where there is any, as a name of both families is one machine. */
function preferred(found: string[]): string[] {
  const different = [...new Set(found)];
  const four = different.filter((address) => isIP(address) === 4);
  return four.length > 0 ? four : different;
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), Math.max(0, ms));
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
