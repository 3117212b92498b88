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
  const object = readObject(saved);
  const { status: _status, ...rest } = object;
  const metadata = Object.fromEntries(
    Object.entries((rest.metadata ?? {}) as Record<string, unknown>).filter(
      ([key]) => !OF_THE_SERVER.includes(key),
    ),
  );
  return JSON.stringify({ ...rest, metadata });
}

function readObject(saved: string): Record<string, unknown> {
  try {
    const object: unknown = JSON.parse(saved);
    if (typeof object === 'object' && object !== null && 'kind' in object && 'metadata' in object) {
      return object as Record<string, unknown>;
    }
  } catch {
    // Told below in the same words.
  }
  throw new FireaxeError('guard', 'the saved object is not one of the Kubernetes API', {
    expected: 'JSON with kind and metadata',
  });
}
