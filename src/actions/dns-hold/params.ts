import { onOrOff, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

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
