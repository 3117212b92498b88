import * as z from 'zod';
import { list, seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

export const evacuateParameters = {
  steps: {
    schema: list().transform((words, ctx) => {
      const steps = words.map((word) => Number(word.replace(/%$/, '')));
      const falls = steps.every((step, n) => step >= 0 && step < (steps[n - 1] ?? 100));
      if (steps.length > 0 && steps.length <= 20 && falls) return steps;
      ctx.addIssue({ code: 'custom', message: 'expected falling percentages below 100, such as 50,20,0' });
      return z.NEVER;
    }),
    help: 'what remains of its share after each step, in percent',
    flag: '--steps <N,…>',
    default: '50,20,0',
  },
  pause: {
    schema: seconds(0, 3600),
    help: 'between two steps, also at undo',
    flag: '--pause <duration>',
    default: '60s',
  },
  minHealthy: {
    schema: z
      .union([z.string(), z.number()])
      .transform((text) => Number(String(text).replace(/%$/, '')))
      .refine((share) => share > 0 && share <= 100, 'expected a share such as 80%'),
    help: "healthy share of a receiving cluster's targets, before each step",
    flag: '--min-healthy <N%>',
    default: '80%',
  },
  within: {
    schema: seconds(1, 3600),
    help: 'longest wait for that health, at each step',
    flag: '--within <duration>',
    default: '5m',
  },
} satisfies Parameters;

export type EvacuateParams = Values<typeof evacuateParameters>;
