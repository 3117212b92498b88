import * as z from 'zod';
import { addresses, line } from '../kinds.ts';
import type { Misfit, Parameters, Values } from '../params.ts';
import { holdTime, namesProcesses, processParameters, processRefusal, unitName } from './processes.ts';

const NAME = '[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?';
const LABEL = `([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?${NAME}=(${NAME})?`;
const PODS = new RegExp(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/${LABEL}(,${LABEL})*$`);

export const stopParameters = {
  unit: {
    schema: unitName.optional(),
    help: 'a systemd unit: stopped, and masked until the next boot',
    flag: '--unit <name>',
  },
  ...processParameters,
  pods: {
    // Of several labels, joined by commas, all must match.
    schema: line(500)
      .refine((p) => PODS.test(p), 'expected namespace/key=value, such as telemetry/app=collector')
      .optional(),
    help: 'pods by namespace and label, such as telemetry/app=collector',
    flag: '--pods <namespace/label>',
  },
  how: {
    schema: z.enum(['freeze', 'kill', 'network'], { error: 'expected freeze, kill or network' }),
    help: 'kill: processes only; network: cut pods off the API',
    flag: '--how <freeze|kill|network>',
    default: 'freeze',
  },
  api: {
    schema: addresses,
    help: 'with --how network: more addresses of the API, such as its balancer',
    flag: '--api <addresses>',
  },
  for: { ...holdTime, help: 'how long to keep stopping restarted processes or pods' },
} satisfies Parameters;

export type StopParams = Values<typeof stopParameters>;

/** Exactly one kind of thing is stopped, by a method that fits it. */
export function stopMisfit(p: StopParams): Misfit | undefined {
  const kinds = [p.unit !== undefined, namesProcesses(p), p.pods !== undefined];
  if (kinds.filter(Boolean).length !== 1)
    return 'expected one of: unit; pods; or process, cmdline, user and cgroup';
  return processRefusal(p) ?? podMisfit(p);
}

function podMisfit({ pods, how, api }: StopParams): string | undefined {
  if (pods === undefined) {
    if (how === 'network') return 'how network is for pods: processes are frozen or killed';
    return api.length > 0 ? 'api is for pods held by how network' : undefined;
  }
  if (how === 'kill') return 'a killed pod starts again: use how freeze or network';
  return api.length > 0 && how !== 'network' ? 'api is for pods held by how network' : undefined;
}
