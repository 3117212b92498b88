import { z } from 'zod';
import { addressSet, alwaysAllowed, canonicalAddress } from '../../node/addresses.ts';
import { apiPorts } from '../../node/api-ports.ts';
import type { ActionContext } from '../../node/types.ts';
import { list, seconds } from '../params.ts';
import { defineAction } from '../types.ts';
import { clientsProblem, clientsSummary, clientsVariables, groups, meetsKubelet } from './clients.ts';
import { fragments } from './fragments.ts';
import { allowedWorkers } from './still-allowed.ts';

const params = z
  .strictObject({
    /** At the API servers' hosts, or where the clients run. */
    on: z.enum(['hosts', 'nodes'], { error: 'expected hosts or nodes' }).default('hosts'),
    /** On hosts: clients that keep the API besides the control plane and the kit's own list: addresses or CIDRs. */
    allow: addresses('allow'),
    /** Seconds until the node takes the fence away by itself, unless it is kept. */
    timer: seconds(10, 3600).default(180),
    /** On hosts: new connections a second that readmitted clients may open, all together, at each server. */
    rate: z.coerce.number({ error: 'expected a number' }).int().min(1).max(10_000).default(20),
    /** On nodes: the units, slices or control groups to fence. */
    only: groups(),
    /** On nodes: the user to fence, by name or number. */
    user: z
      .union([z.string(), z.number()])
      .transform(String)
      .pipe(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/, 'expected a user name or number'))
      .optional(),
    /** On nodes: the units, slices or control groups that keep the API; all others are fenced. */
    except: groups(),
    /** On nodes: addresses besides the control plane's own by which clients reach the API, such as the service address. */
    service: addresses('service'),
  })
  .superRefine((p, ctx) => {
    const problem = clientsProblem(p.on, p);
    if (problem) ctx.addIssue({ code: 'custom', path: [problem.at], message: problem.message });
    if (p.on === 'nodes' && p.allow.length) {
      ctx.addIssue({ code: 'custom', path: ['allow'], message: 'allow goes with on: hosts' });
    }
  });

/** API clients kept away from the API, at its hosts or where they run; our own way in never. */
export const fence = defineAction({
  name: 'fence',
  title: 'Keep API clients away from the API servers',
  danger: 'severe',
  scope: 'node',
  params,
  summary: (p) =>
    `${p.on === 'nodes' ? clientsSummary(p) : hostsSummary(p)}; each takes it back after ${p.timer}s unless kept`,
  // The way back in: never made hard.
  undo: {
    summary: () =>
      'remove the fence: the API clients come in again (under a former fence, where there was one)',
    danger: 'change',
  },
  silencesKubelets: (p) => p.on === 'hosts' || meetsKubelet(p),
  warnings: (p, context) => (p.on === 'hosts' ? allowedWorkers(p.allow, context) : []),
  node: {
    fragments,
    variables(p, _target, context) {
      return {
        P_ON: p.on,
        P_TIMER: String(p.timer),
        P_RATE: String(p.rate),
        P_ONLY: p.only.join(' '),
        P_EXCEPT: p.except.join(' '),
        P_USER: p.user ?? '',
        ...NO_ADDRESSES,
        ...(p.on === 'nodes' ? clientsVariables(p, context) : hostsVariables(p, context)),
      };
    },
    armed: () => true,
  },
});

/** The script is one for both places: each has the other's inputs too, empty. */
const NO_ADDRESSES = Object.fromEntries(
  ['ALLOW', 'SERVERS', 'SERVICES']
    .flatMap((name) => [`IN_${name}4`, `IN_${name}6`])
    .map((name) => [name, '']),
);

type Params = z.infer<typeof params>;

function hostsSummary(p: Params): string {
  return `reject API clients at the control-plane hosts${p.allow.length ? `, but not ${p.allow.join(', ')}` : ''}`;
}

function hostsVariables(p: Params, context: ActionContext): Record<string, string> {
  const { v4, v6 } = addressSet([...alwaysAllowed(context), ...p.allow], 'fence.allow');
  return {
    IN_PORTS: apiPorts(context).join(' '),
    IN_ALLOW4: v4.join(' '),
    IN_ALLOW6: v6.join(' '),
  };
}

function addresses(name: string) {
  return list()
    .transform((words, ctx) => {
      try {
        return words.map((word) => canonicalAddress(word, name));
      } catch (error) {
        ctx.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    })
    .default([]);
}
