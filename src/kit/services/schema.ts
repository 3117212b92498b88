import { isIP } from 'node:net';
import * as z from 'zod';
import { nameOf, type ServicesSnapshot } from './types.ts';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const label = z.string().regex(LABEL, 'not a name of Kubernetes (lower-case letters, digits and - only)');
const address = z
  .string()
  // A zone belongs to one machine alone.
  .refine((text) => isIP(text) !== 0 && !text.includes('%'), 'not an IP address');
const named = { name: label, namespace: label };

const serviceSchema = z.union(
  [
    z.strictObject({ ...named, addresses: z.array(address).min(1, 'a service without an address').max(2) }),
    z.strictObject({
      ...named,
      endpoints: z.array(z.strictObject({ address, hostname: label.optional() })),
    }),
    z.strictObject({
      ...named,
      externalName: z
        .string()
        .max(253)
        .regex(
          /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/,
          'not a DNS name',
        ),
    }),
  ],
  'not a service: expected name, namespace, and one of addresses, endpoints and externalName',
);

/** services/<cluster>.json. */
export const servicesSchema = z.strictObject({
  schemaVersion: z.literal(1, 'only schemaVersion 1 is known'),
  cluster: z.string('not the name of a cluster'),
  takenAt: z.iso.datetime({ offset: true, error: 'not a time such as 2026-11-20T10:00:00Z' }),
  source: z.string('not a text'),
  services: z.array(serviceSchema, 'not a list of services').min(1, 'no service'),
});

/** A snapshot of services, or what is wrong with it: a message, and the path of the value that it is about. */
export function readServices(
  value: unknown,
  cluster: string,
): { snapshot: ServicesSnapshot } | { issues: readonly { path: PropertyKey[]; message: string }[] } {
  const parsed = servicesSchema.safeParse(value);
  if (!parsed.success) return { issues: parsed.error.issues };
  const snapshot = parsed.data as ServicesSnapshot;
  if (snapshot.cluster !== cluster)
    return {
      issues: [
        { path: ['cluster'], message: `${snapshot.cluster} is not ${cluster}, the cluster of this file` },
      ],
    };
  const first = new Map<string, number>();
  const issues = snapshot.services.flatMap((service, i) => {
    const name = nameOf(service);
    const other = first.get(name);
    if (other === undefined) first.set(name, i);
    return other === undefined
      ? []
      : [{ path: ['services', i], message: `${name} is already services.${other}` }];
  });
  return issues.length > 0 ? { issues } : { snapshot };
}
