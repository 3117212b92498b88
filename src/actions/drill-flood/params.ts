import * as z from 'zod';
import { seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

/** The name of its processes on a node: what `who` tells, and what `stop --process` and a playbook take. */
export const FLOOD_PROCESS = 'fireaxe-flood';

/** A drill shows what a flood does; it need not be as large as an incident. */
export const MOST_CALLS = 100;
export const MOST_NODES = 50;
const MOST_SECONDS = 1800;

const wholeCalls = z
  .union([z.string(), z.number()])
  .transform(Number)
  .refine((n) => Number.isInteger(n) && n >= 1 && n <= MOST_CALLS, `expected 1 to ${MOST_CALLS}`);

export const drillFloodParameters = {
  calls: {
    schema: wholeCalls,
    help: 'calls to the API server a second from each node, at most',
    flag: '--calls <N>',
    default: '20',
  },
  for: {
    schema: seconds(10, MOST_SECONDS),
    help: 'each node ends its flood after this time',
    flag: '--for <duration>',
    default: '5m',
  },
} satisfies Parameters;

export type DrillFloodParams = Values<typeof drillFloodParameters>;
