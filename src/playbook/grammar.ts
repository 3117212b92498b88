import * as z from 'zod';
import { TRANSPORT_NAMES } from '../fleet/transports.ts';
import { CLUSTER_ORDERS } from '../plan/rollout/types.ts';
import { CONDITION_FORMS, type Condition, parseCondition } from './condition.ts';

/** The playbook as it is written; docs/playbooks.md explains it to people. */

const id = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,40}$/, 'not a name (lower-case letters, digits and dashes, a letter first)');
/** Text that may hold `${parameter}`; numbers and switches become their text. */
const text = z.union([z.string(), z.number(), z.boolean()], 'expected a word or a number').transform(String);

const parameter = z.strictObject({
  description: z.string(),
  /** Without one, and without one in the kit, the parameter must be given. An empty text is a value. */
  default: text.optional(),
});

/** Read on the nodes that come back; `on` selects them. */
const nodes = z.strictObject({
  calm: text.optional(),
  on: text.optional(),
  sample: text.optional(),
  pulls: text.optional(),
  failed: text.optional(),
  registry: text.optional(),
  waiting: text.optional(),
  restarts: text.optional(),
  uplink: text.optional(),
  conntrack: text.optional(),
});

const gate = z.strictObject({
  answering: text.default('100%'),
  maxErrors: text.optional(),
  freshLeases: text.optional(),
  etcdHealthy: text.optional(),
  nodes: nodes.optional(),
  for: text.default('10s'),
  calm: text.optional(),
  within: text.default('10m'),
  every: text.default('2s'),
});

/** Where it does not hold, the step or the workstream is left out of the plan. */
const when = text.default('true').transform((written, context): Condition => {
  const condition = parseCondition(written);
  if (condition) return condition;
  context.addIssue(`not a condition: ${JSON.stringify(written)}; expected ${CONDITION_FORMS}`);
  return z.NEVER;
});

const common = { id, title: z.string().optional(), when };

const actionStep = z.strictObject({
  ...common,
  action: z.string(),
  with: z.record(z.string(), text).default({}),
  on: text.optional(),
  limit: text.optional(),
  /** One target that does it is enough. */
  anyOf: z.boolean().default(false),
  canary: text.optional(),
  wave: text.optional(),
  parallel: text.optional(),
  maxFailures: text.optional(),
  timeout: text.optional(),
  /** The gate until whose end nodes that were not reached are tried, while the workstream goes on. */
  keepTrying: id.optional(),
  via: z.array(z.enum(TRANSPORT_NAMES)).min(1).optional(),
  gate: gate.optional(),
  /** An undo of the run leaves it out unless it is named. */
  removesCause: z.boolean().default(false),
  /** Splits the step: these nodes' addresses, in batches, as the parameter `clients`. */
  clients: z.strictObject({ of: text, batch: text.default('25%') }).optional(),
});

const gateStep = z.strictObject({ ...common, gate });
/** A question that a person answers with yes or no. */
const askStep = z.strictObject({ ...common, ask: z.string(), within: text.default('30m') });

const undoStep = z.strictObject({
  ...common,
  undo: z.array(id).min(1),
  /** `namespace/key=value`: a node is undone once none of these pods is left on it. */
  onceGone: text.optional(),
  within: text.default('10m'),
  every: text.default('3s'),
});

const needs = z
  .union([
    z.array(id),
    z.strictObject({
      all: z.array(id).exactOptional(),
      any: z.array(id).exactOptional(),
      ended: z.array(id).exactOptional(),
    }),
  ])
  .default([])
  .transform((written) => (Array.isArray(written) ? { all: written } : written));

const workstream = z.strictObject({
  name: id,
  title: z.string().optional(),
  /** One that is left out is also left out of the needs of others. */
  when,
  needs,
  steps: z.array(z.unknown()).min(1, 'a workstream has at least one step'),
});

/** In the place of a workstream: those of another playbook. */
const include = z.strictObject({
  /** Its name, or its path relative to this file. */
  include: z.string(),
  /** Begins the names of its workstreams and steps, so that it can be included twice. */
  as: id.optional(),
  /** Values of its parameters. */
  with: z.record(id, text).default({}),
  when,
  needs,
});

/** A workstream or an include, by the words that only one of them has; its errors are then those of that one. */
const workstreamOrInclude = z.unknown().transform((value, context) => {
  const keys = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  const isInclude = keys.includes('include') || (keys.includes('with') && !keys.includes('steps'));
  const parsed = (isInclude ? include : workstream).safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: value } as never);
  return z.NEVER;
});

/** How a rollout of it goes over several clusters. */
const clusters = z.strictObject({
  order: z.enum(CLUSTER_ORDERS).exactOptional(),
  /** Clusters that come after others, both by their labels in the kit. */
  needs: z.array(z.strictObject({ of: z.string(), after: z.string() })).default([]),
});

/** Its steps are read one by one, each by the schema of its kind. */
export const playbookSchema = z.strictObject({
  schemaVersion: z.literal(1, 'this Fireaxe reads schemaVersion 1'),
  name: id,
  title: z.string(),
  description: z.string().optional(),
  parameters: z.record(id, parameter).default({}),
  clusters: clusters.exactOptional(),
  workstreams: z.array(workstreamOrInclude).min(1, 'a playbook has at least one workstream'),
});

export type GateText = z.infer<typeof gate>;
export type ActionStepText = z.infer<typeof actionStep> & { kind: 'action' };
export type IncludeText = z.infer<typeof include>;
export type StepText =
  | ActionStepText
  | (z.infer<typeof gateStep> & { kind: 'gate' })
  | (z.infer<typeof undoStep> & { kind: 'undo' })
  | (z.infer<typeof askStep> & { kind: 'ask' });

/** What an entry of `workstreams` may be. */
export const entrySchemas = { workstream, include } as const;

/** What a step is, by the one word that it must have; an action may have a gate, too. */
export const stepSchemas = { action: actionStep, gate: gateStep, undo: undoStep, ask: askStep } as const;

/** Keys that are known at a path, for the message about one that is not. */
export function knownPlaybookKeys(path: PropertyKey[]): string[] {
  const last = path.filter((p) => typeof p === 'string').at(-1);
  if (path.length === 2 && last === 'workstreams')
    return [...new Set([...Object.keys(workstream.shape), ...Object.keys(include.shape)])];
  if (path.length === 0) return Object.keys(playbookSchema.shape);
  if (path[0] === 'clusters') return last === 'needs' ? ['of', 'after'] : Object.keys(clusters.shape);
  if (last === 'nodes') return Object.keys(nodes.shape);
  if (last === 'gate') return Object.keys(gate.shape);
  if (last === 'needs') return ['all', 'any', 'ended'];
  if (last === 'clients') return ['of', 'batch'];
  if (path[0] === 'parameters') return Object.keys(parameter.shape);
  return Object.keys(actionStep.shape);
}
