import { z } from 'zod';
import { defineAction } from '../types.ts';
import {
  describeProcesses,
  holdRefusal,
  holdVariables,
  namesProcesses,
  processParams,
  unitName,
} from './hold.ts';
import node from './node.sh';
import { foundNone } from './none.ts';
import { podParams, podRefusal, podVariables } from './pods.ts';

const params = z
  .strictObject({
    unit: unitName.optional(),
    ...processParams,
    ...podParams,
    /** `network` takes the API servers alone away from pods. */
    how: z
      .enum(['freeze', 'kill', 'network'], { error: 'expected freeze, kill or network' })
      .default('freeze'),
  })
  .refine(
    (p) => [p.unit !== undefined, namesProcesses(p), p.pods !== undefined].filter(Boolean).length === 1,
    {
      message: 'say what to stop: either unit, or process, command, user and cgroup, or pods',
    },
  )
  .superRefine((p, ctx) => {
    const message = holdRefusal(p) ?? podRefusal(p);
    if (message) ctx.addIssue({ code: 'custom', message });
  });

type StopParams = z.output<typeof params>;

/** Holds an offender: a unit masked and stopped, or processes or pods that are found again when something brings them back. */
export const stop = defineAction({
  name: 'stop',
  title: 'Hold an offender',
  danger: 'change',
  scope: 'node',
  params,
  summary(p) {
    if (p.unit) return `stop ${p.unit} and mask it until undo or reboot`;
    if (p.pods === undefined) return `${p.how} ${describeProcesses(p)}`;
    return p.how === 'network'
      ? `take the API servers, and nothing else, away from pods ${p.pods}`
      : `freeze pods ${p.pods}`;
  },
  silencesKubelets: (p) => /^kubelet(\.service)?$/.test(p.unit ?? p.process ?? ''),
  warnings: (p) => (p.pods !== undefined && p.how === 'freeze' ? [PROBED] : []),
  undo: { summary: release, danger: 'change' },
  foundNone,
  node: {
    fragments: { node },
    variables: (p: StopParams, _target, context) => ({
      P_UNIT: p.unit ?? '',
      ...holdVariables(p),
      ...podVariables(p, context),
    }),
  },
});

const PROBED =
  'the kubelet restarts a container whose liveness probe fails while it is frozen, at the thaw at the latest; --how network leaves it running';

function release(p: StopParams): string {
  if (p.unit) return `unmask ${p.unit}, and start it where it ran`;
  if (p.pods === undefined) return `release what is held: ${describeProcesses(p)}`;
  return p.how === 'network' ? `give pods ${p.pods} the API servers back` : `thaw pods ${p.pods}`;
}
