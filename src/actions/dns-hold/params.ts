import * as z from 'zod';
import { onOrOff, seconds } from '../kinds.ts';
import type { Misfit, Parameters, Values } from '../params.ts';
import { MOST_TABLE } from './kit-services.ts';

/** As the plan writes them: the time, then a line for each address and name. */
const TABLE = /^# \d{4}-[0-9T:.-]+Z(\n[0-9a-f.:]+ [a-z0-9-]+\.[a-z0-9-]+)*$/;
const HEADLESS = /^# \d{4}-[0-9T:.-]+Z(\n[0-9a-f.:]+ ([a-z0-9-]+\.)?[a-z0-9-]+\.[a-z0-9-]+)*$/;

const table = (form: RegExp) =>
  z
    .string()
    .refine((text) => text === '' || form.test(text), 'not a table of services')
    .refine((text) => Buffer.byteLength(text) <= MOST_TABLE, `longer than ${MOST_TABLE} bytes`)
    .default('');

export const dnsHoldParameters = {
  untilSynced: {
    schema: onOrOff,
    help: 'end the hold where CoreDNS has the API again',
    flag: '--until-synced',
  },
  ownServer: {
    schema: onOrOff,
    help: 'start a CoreDNS on a node where none lives and none answers',
    flag: '--own-server',
  },
  kitServices: {
    schema: onOrOff,
    help: "answer by the kit's snapshot of services where a node has no rules with names",
    flag: '--kit-services',
  },
  services: {
    schema: table(TABLE),
    help: 'the names of that snapshot; the plan takes them from the kit',
  },
  kitHeadless: {
    schema: onOrOff,
    help: "also answer headless services by the kit's snapshot; addresses may be stale",
    flag: '--kit-headless',
  },
  headless: {
    schema: table(HEADLESS),
    help: 'the addresses of those; the plan takes them from the kit',
  },
  for: {
    schema: seconds(60, 604_800),
    help: 'end the hold after this time',
    flag: '--for <duration>',
    default: '12h',
  },
  timer: {
    schema: seconds(10, 3600),
    help: 'the node reverts the hold after this time unless kept',
    flag: '--timer <duration>',
    default: '3m',
  },
} satisfies Parameters;

export type DnsHoldParams = Values<typeof dnsHoldParameters>;

/** Seconds from the timer's start until a server of its own must answer, with some to spare. */
const OWN_SERVER_S = 60;

/** A timer that is over before the server answers would revert what is still being made. */
export function dnsHoldMisfit({ ownServer, timer }: DnsHoldParams): Misfit | undefined {
  return ownServer && timer < OWN_SERVER_S
    ? {
        at: 'timer',
        message: `must be ${OWN_SERVER_S}s or more with ownServer: the server may take that long to start`,
      }
    : undefined;
}
