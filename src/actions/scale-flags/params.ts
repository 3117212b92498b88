import * as z from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { list, onOrOff, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

/** Without leading zeros: the server reads `0100` as octal, and does not start with `0800`. */
const whole = (least: number, most: number) => (text: string) =>
  /^[1-9]\d{0,5}$/.test(text) && Number(text) >= least && Number(text) <= most
    ? undefined
    : `a whole number from ${least} to ${most}`;

/** The API server's own flags that let it take more load or shed it; each with what it expects. */
export const FLAGS: Record<string, (value: string) => string | undefined> = {
  'max-requests-inflight': whole(50, 20_000),
  'max-mutating-requests-inflight': whole(20, 20_000),
  'goaway-chance': (text) =>
    /^0(\.\d{1,6})?$/.test(text) && Number(text) <= 0.02 ? undefined : 'a share from 0 to 0.02',
  'request-timeout': (text) => {
    if (/^\d{1,4}(s|m)$/.test(text)) {
      const ms = parseDuration(text);
      if (ms >= 5_000 && ms <= 600_000) return undefined;
    }
    return 'a time from 5s to 10m';
  },
};

const NAMES = Object.keys(FLAGS);

export const scaleFlagsParameters = {
  flag: {
    schema: list().transform((words, ctx) => {
      const flags = new Map<string, string>();
      for (const word of words) {
        const [name = '', ...rest] = word.replace(/^--/, '').split('=');
        const value = rest.join('=');
        const check = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
        const wrong = check ? check(value) : `one of ${NAMES.join(', ')}`;
        const twice = flags.has(name) ? 'each flag once' : undefined;
        const expected = wrong ?? twice;
        if (expected) {
          ctx.addIssue({ code: 'custom', message: `${JSON.stringify(word)}: expected ${expected}` });
          return z.NEVER;
        }
        flags.set(name, value);
      }
      if (flags.size === 0) ctx.addIssue({ code: 'custom', message: 'expected at least one flag' });
      return [...flags].map(([name, value]) => `${name}=${value}`).sort();
    }),
    help: 'flag of kube-apiserver, such as max-requests-inflight=800',
    flag: '--flag <name=value>',
    repeatable: true,
  },
  lastServer: {
    schema: onOrOff,
    help: 'also where no other API server is ready',
    flag: '--last-server',
  },
  wait: {
    schema: seconds(1, 600),
    help: 'time for the restarted server to be ready before it is reverted',
    flag: '--wait <duration>',
    default: '2m',
  },
} satisfies Parameters;

export type ScaleFlagsParams = Values<typeof scaleFlagsParameters>;

/** What the script needs: the wait, as much again to revert it, and a margin. */
export const TIMEOUT = '10m';
