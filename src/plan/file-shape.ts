import { z } from 'zod';

/** Written and hashed member by member: what is nested deeper than people write can be read, but not that. */
const MOST_LEVELS = 40;

const text = z.string();
const texts = z.array(text);
const textMap = z.record(text, text);

const gate = z.looseObject({
  answering: text,
  maxErrorPercent: z.number().optional(),
  holdsMs: z.number(),
  withinMs: z.number(),
  everyMs: z.number(),
});

const step = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('action'),
    id: text,
    action: text,
    title: text,
    danger: text,
    params: z.record(text, z.unknown()),
    targets: texts,
    waves: z.array(z.number()),
    window: z.number(),
    budget: z.number(),
    connectMs: z.number(),
    runMs: z.number(),
    anyOf: z.boolean(),
    canary: z.literal(true).optional(),
    gate: gate.optional(),
    via: texts.optional(),
    rollBack: z.boolean().optional(),
    irreversible: text.optional(),
  }),
  z.looseObject({ kind: z.literal('gate'), id: text, title: text, gate }),
  z.looseObject({ kind: z.literal('undo'), id: text, title: text, steps: texts }),
]);

const plan = z.looseObject({
  schemaVersion: z.literal(1),
  hash: text,
  version: text,
  createdAt: z.iso.datetime(),
  name: text,
  title: text,
  reason: text,
  cluster: text,
  playbook: z.looseObject({ name: text, sha256: text }).optional(),
  params: textMap,
  scripts: textMap,
  fleet: z.looseObject({ takenAt: text, source: text, sha256: text }),
  workstreams: z.array(
    z.looseObject({
      name: text,
      title: text,
      needs: z.looseObject({ all: texts.optional(), any: texts.optional(), ended: texts.optional() }),
      steps: z.array(step),
    }),
  ),
});

/** Where a value is not of the shape of a plan; undefined where it is. Whoever writes a file can write anything. */
export function notAPlan(value: unknown): string | undefined {
  if (isDeeper(value, MOST_LEVELS)) return 'its depth';
  const issue = plan.safeParse(value).error?.issues[0];
  return issue && (issue.path.join('.') || 'all of it');
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
