import * as z from 'zod';
import type { Misfit, Parameters, Values } from '../params.ts';
import { holdTime, namesProcesses, processParameters, processRefusal, unitName } from '../stop/processes.ts';

export const shrinkParameters = {
  kubelet: {
    schema: z.union([z.literal('none'), unitName]),
    help: "the kubelet's unit, or none to leave it running",
    flag: '--kubelet <unit>',
    default: 'kubelet.service',
  },
  ...processParameters,
  how: {
    schema: z.enum(['freeze', 'kill'], { error: 'expected freeze or kill' }),
    help: 'what to do to processes',
    flag: '--how <freeze|kill>',
    default: 'freeze',
  },
  for: holdTime,
} satisfies Parameters;

export type ShrinkParams = Values<typeof shrinkParameters>;

export function shrinkMisfit(p: ShrinkParams): Misfit | undefined {
  if (p.kubelet === 'none' && !namesProcesses(p))
    return 'nothing to hold: name a process, or leave the kubelet in';
  return processRefusal(p);
}
