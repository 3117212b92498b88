import { z } from 'zod';
import {
  describeProcesses,
  holdRefusal,
  holdScript,
  holdVariables,
  namesProcesses,
  processParams,
  unitName,
} from '../hold/hold.ts';
import { defineAction } from '../types.ts';

const params = z
  .strictObject({ unit: unitName.optional(), ...processParams })
  .refine((p) => (p.unit !== undefined) !== namesProcesses(p), {
    message: 'say what to stop: either unit, or process, command and user',
  })
  .superRefine((p, ctx) => {
    const message = holdRefusal(p);
    if (message) ctx.addIssue({ code: 'custom', message });
  });

/** Holds an offender: a unit masked and stopped, or processes that are found again when a supervisor brings them back. */
export const stop = defineAction({
  name: 'stop',
  title: 'Hold an offender',
  danger: 'change',
  scope: 'node',
  params,
  summary: (p) =>
    p.unit ? `stop ${p.unit} and mask it until undo or reboot` : `${p.how} ${describeProcesses(p)}`,
  node: { script: holdScript, variables: holdVariables },
});
