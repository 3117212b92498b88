import * as z from 'zod';
import { defaultsSchema, knownClusterKeys } from './cluster.ts';
import { amount, duration, name } from './values.ts';

const policy = z.strictObject({
  floors: z
    .strictObject({ 'control-plane': amount.optional(), etcd: amount.optional(), worker: amount.optional() })
    .prefault({}),
  maxFailures: amount.default('10%'),
  planMaxAge: duration.default(15 * 60_000),
  fleetMaxAge: duration.default(7 * 24 * 3_600_000),
});

/** kit.yaml, as docs/kit.md describes it. */
export const kitSchema = z.strictObject({
  schemaVersion: z.literal(1, 'only schemaVersion 1 is known'),
  name: name.optional(),
  state: z.string().min(1).optional(),
  knownHosts: z.array(z.string().min(1)).optional(),
  revokedHostKeys: z.string().min(1).optional(),
  sshConfig: z.string().min(1).optional(),
  /** Each is read by itself, over the defaults: a mistake in one leaves the others usable. */
  defaults: z.unknown().optional(),
  clusters: z.record(name, z.unknown()).default({}),
  policy: policy.prefault({}),
});

export type KitFile = z.infer<typeof kitSchema>;

/** The keys known under a path of kit.yaml, for an error that names the nearest. */
export function knownKitKeys(path: PropertyKey[]): string[] {
  const [first, , ...rest] = path;
  if (first === 'clusters' && path.length > 1) return knownClusterKeys(rest);
  if (first === 'defaults') return knownClusterKeys(path.slice(1), defaultsSchema);
  const shapes: Record<string, { shape: object }> = {
    '': kitSchema,
    policy,
    'policy.floors': policy.shape.floors.unwrap(),
  };
  return Object.keys(shapes[path.map(String).join('.')]?.shape ?? {});
}
