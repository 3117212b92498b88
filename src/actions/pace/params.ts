import * as z from 'zod';
import { seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';
import { unitName } from '../stop/processes.ts';

const whole = (most: number) =>
  z
    .union([z.string(), z.number()])
    .transform(String)
    .refine((text) => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= most, {
      message: `expected a whole number from 1 to ${most}`,
    })
    .transform(Number);

export const paceParameters = {
  pulls: {
    schema: whole(100),
    help: 'most image pulls of a node at a time',
    flag: '--pulls <N>',
    default: '2',
  },
  qps: {
    schema: whole(1000),
    help: 'most pulls that a node begins in a second',
    flag: '--qps <N>',
    default: '1',
  },
  burst: {
    schema: whole(1000),
    help: 'pulls that may begin at once before that',
    flag: '--burst <N>',
    default: '2',
  },
  kubelet: {
    schema: unitName,
    help: "the kubelet's unit",
    flag: '--kubelet <unit>',
    default: 'kubelet.service',
  },
  wait: {
    schema: seconds(1, 300),
    help: 'time for the restarted kubelet to be healthy, else reverted',
    flag: '--wait <duration>',
    default: '20s',
  },
} satisfies Parameters;

export type PaceParams = Values<typeof paceParameters>;
