import { FireaxeError } from '../../base/errors.ts';
import { type Difference, differences, isMembers } from './differences.ts';
import { type ApiObject, isApiObject, withoutServers } from './restorable.ts';

/** How the API reads the body of a PATCH. */
export type PatchType = 'apply' | 'merge' | 'strategic' | 'json';

/** A change of one object as it was ordered. */
export interface Request {
  path: string;
  type: PatchType;
  body: unknown;
}

/** What a node read before the change. */
export interface Seen {
  /** Absent where the change creates the object. */
  before?: Record<string, unknown>;
  /** What the change makes of it, by a dry run of the API server. */
  after: Record<string, unknown>;
  /** What differs; empty where the object is as ordered already. */
  changes: Difference[];
}

/** The word in the place of an object that does not exist. */
const ABSENT = 'absent';

/** Reads what `fetch` printed: two lines for each object. Throws guard where an undo could not rely on it. */
export function readSeen(saved: string, requests: Request[]): Seen[] {
  const lines = saved.split('\n').filter((line) => line.trim() !== '');
  if (lines.length !== 2 * requests.length) throw unusable('it is not complete', 'two lines for each object');
  return requests.map((request, i) => seenOf(request, lines[2 * i]!, lines[2 * i + 1]!));
}

function seenOf(request: Request, first: string, second: string): Seen {
  const after = objectOf(second);
  if (first === ABSENT) return { after: ownFields(after), changes: [] };
  const before = objectOf(first);
  const changes = fieldChanges(ownFields(before), ownFields(after));
  // Where the object changed between the two readings, only what the order says is the order's change.
  const same = before.metadata.resourceVersion === after.metadata.resourceVersion;
  if (!same && !changes.every(({ path }) => explains(request, path))) {
    throw new FireaxeError('guard', `${request.path} was changed while it was read: nothing is changed`, {
      expected: 'an object that nobody else changes at the same time',
      next: 'run it again',
    });
  }
  return { before: ownFields(before), after: ownFields(after), changes };
}

function fieldChanges(before: Record<string, unknown>, after: Record<string, unknown>): Difference[] {
  try {
    return differences(before, after);
  } catch (error) {
    throw unusable((error as Error).message, 'fields that can be restored');
  }
}

function objectOf(line: string): ApiObject {
  try {
    const object: unknown = JSON.parse(line);
    if (isApiObject(object)) return object;
  } catch {
    // Refused below, in the same words.
  }
  throw unusable('it is not an object of the Kubernetes API', 'JSON with kind and metadata');
}

const ownFields = (object: ApiObject) => withoutServers(object, ['ownerReferences']);

function unusable(why: string, expected: string): FireaxeError {
  return new FireaxeError('guard', `the saved object cannot be used: ${why}`, { expected });
}

/** Whether the order itself names the field, or what contains it. */
function explains({ type, body }: Request, path: string[]): boolean {
  if (type !== 'json') return names(body, path);
  const pointers = (body as { path: string }[]).map((operation) => keysOf(operation.path));
  return pointers.some((one) =>
    one.every((key, i) => path[i] === undefined || key === path[i] || key === '-'),
  );
}

const keysOf = (pointer: string) =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

function names(body: unknown, [key, ...rest]: string[]): boolean {
  if (key === undefined || !isMembers(body)) return true;
  if (Object.keys(body).some((word) => word.startsWith('$'))) return true;
  return Object.hasOwn(body, key) && names(body[key], rest);
}
