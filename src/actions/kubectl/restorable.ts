import { FireaxeError } from '../../base/errors.ts';

/** Set by the server or by its controllers: an object that is made again must not claim them. */
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
 * The saved object as it can be created again: without what the server sets, without status. Nothing, where nothing was
 * there. Throws `guard` on what cannot be made again: seen before anything is deleted.
 */
export function restorable(saved: string): string {
  if (saved.trim() === '') return '';
  try {
    const object: unknown = JSON.parse(saved);
    // One that is nested without end can be parsed, but not written again.
    if (isApiObject(object)) return JSON.stringify(withoutServers(object));
  } catch {
    // Told below in the same words.
  }
  throw new FireaxeError('guard', 'the saved object is not one of the Kubernetes API', {
    expected: 'JSON with kind and metadata',
  });
}

type ApiObject = Record<string, unknown> & { kind: string; metadata: Record<string, unknown> };

function isApiObject(value: unknown): value is ApiObject {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, metadata } = value as Record<string, unknown>;
  return (
    typeof kind === 'string' && typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  );
}

function withoutServers({ status: _status, ...rest }: ApiObject): Record<string, unknown> {
  const kept = Object.entries(rest.metadata).filter(([key]) => !OF_THE_SERVER.includes(key));
  return { ...rest, metadata: Object.fromEntries(kept) };
}
