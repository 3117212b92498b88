import * as z from 'zod';
import { list, onOrOff, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

export const cordonBalancerParameters = {
  group: {
    schema: list().default([]),
    help: 'only this target group or classic balancer, by name or ARN',
    flag: '--group <name>',
    repeatable: true,
  },
  floor: {
    schema: z.coerce.number('expected a number of targets').int().min(0).max(1000),
    help: 'healthy targets that must remain; 0 takes the last one, too',
    flag: '--floor <N>',
    default: '1',
  },
  mayBeReplaced: {
    schema: onOrOff,
    help: 'also where a scaling group may terminate the machine for it; severe',
    flag: '--may-be-replaced',
  },
  within: {
    schema: seconds(1, 7200),
    help: 'longest wait for connections to end, or for health at undo',
    flag: '--within <duration>',
    default: '10m',
  },
} satisfies Parameters;

export type CordonBalancerParams = Values<typeof cordonBalancerParameters>;
