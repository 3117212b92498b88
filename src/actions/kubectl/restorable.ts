import { FireaxeError } from '../../base/errors.ts';

/** Set by the server or its controllers: a re-created object must not claim them. */
const OF_THE_SERVER = [
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'selfLink',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
];

/**
 * The saved object in a form that can be created again: without status and what the server sets; empty where there was no
 * object. Throws `guard` on an object that cannot be re-created, before anything is deleted.
 */
export function restorable(saved: string): string {
  if (saved.trim() === '') return '';
  try {
    const object: unknown = JSON.parse(saved);
    // Endless nesting can be parsed, but not written again.
    if (isApiObject(object)) return JSON.stringify(withoutServers(object));
  } catch {
    // Refused below, in the same words.
  }
  throw new FireaxeError('guard', 'the saved object is not one of the Kubernetes API', {
    expected: 'JSON with kind and metadata',
  });
}

export type ApiObject = Record<string, unknown> & { kind: string; metadata: Record<string, unknown> };

export function isApiObject(value: unknown): value is ApiObject {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, metadata } = value as Record<string, unknown>;
  return (
    typeof kind === 'string' && typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  );
}

/** An object without its status and what the server sets in its metadata. */
export function withoutServers(
  { status: _status, ...rest }: ApiObject,
  keep: string[] = [],
): Record<string, unknown> {
  const kept = Object.entries(rest.metadata).filter(
    ([key]) => !OF_THE_SERVER.includes(key) || keep.includes(key),
  );
  return { ...rest, metadata: Object.fromEntries(kept) };
}
