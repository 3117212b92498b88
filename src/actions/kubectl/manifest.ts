import { parseAllDocuments, type Tags } from 'yaml';
import { apiVersionParts, builtInKind, pathOf, pluralOf } from './kinds.ts';
import { createRefusal, readApiPath } from './paths.ts';
import { withoutServers } from './restorable.ts';

/** One object of a manifest, and where the API has it. */
export interface Wanted {
  path: string;
  object: Record<string, unknown>;
}

/** Bytes of a manifest; it becomes a part of the plan and the journal. */
export const LONGEST = 256 * 1024;
const MOST_OBJECTS = 20;

/** Reads JSON or YAML, one object or several documents. Throws an Error that says what is wrong in it. */
export function readManifest(text: string): Wanted[] {
  const objects = documentsOf(text).filter((document) => document !== null);
  if (objects.length === 0) throw new Error('the manifest has no object');
  if (objects.length > MOST_OBJECTS) throw new Error(`the manifest has more than ${MOST_OBJECTS} objects`);
  const wanted = objects.map((object, i) => {
    try {
      return wantedOf(object);
    } catch (error) {
      throw new Error(objects.length > 1 ? `object ${i + 1}: ${messageOf(error)}` : messageOf(error));
    }
  });
  const twice = wanted.find(({ path }, i) => wanted.findIndex((other) => other.path === path) < i);
  if (twice) throw new Error(`${twice.path} is in the manifest twice`);
  return wanted;
}

/** The documents of a text as kubectl reads them: YAML 1.1, in which 0644 is octal; a date stays text. */
export function documentsOf(text: string): unknown[] {
  if (Buffer.byteLength(text) > LONGEST) throw new Error(`longer than ${LONGEST / 1024} KiB`);
  const customTags = (tags: Tags) =>
    tags.filter((tag) => typeof tag === 'string' || !(tag.format === 'TIME' || /:timestamp$/.test(tag.tag)));
  const documents = parseAllDocuments(text, { version: '1.1', customTags });
  return [...documents].map((document) => {
    const [error] = document.errors;
    if (error) throw new Error(error.message.split('\n')[0]?.replace(/:$/, ''));
    return plain(document.toJS());
  });
}

/** What JSON can hold; anchors that lead to themselves cannot be written. */
function plain(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value ?? null));
  } catch {
    throw new Error('cannot be written as JSON');
  }
}

function wantedOf(value: unknown): Wanted {
  if (!isObject(value)) throw new Error('expected an object with apiVersion, kind and metadata');
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isObject(metadata)) {
    throw new Error('expected apiVersion, kind and metadata');
  }
  const { name, namespace } = metadata;
  if (kind.endsWith('List')) throw new Error('expected single objects, not a list: write them as documents');
  if (typeof name !== 'string' || name === '') throw new Error(`${kind}: missing metadata.name`);
  if (namespace !== undefined && typeof namespace !== 'string') throw new Error(`${kind}: odd namespace`);
  const [group, version] = apiVersionParts(apiVersion);
  const known = builtInKind(kind, group);
  const resource = known?.resource ?? pluralOf(kind);
  const refused = createRefusal(resource);
  if (refused) throw new Error(refused);
  if (known?.namespaced && namespace === undefined)
    throw new Error(`${kind} ${name}: missing metadata.namespace`);
  if (known && !known.namespaced && namespace !== undefined)
    throw new Error(`${kind} ${name}: a ${kind} has no namespace`);
  const path = pathOf({ group, version, resource }, name, namespace);
  if (!readApiPath(path)) throw new Error(`${kind}: not a name: ${JSON.stringify(name)}`);
  return { path, object: withoutServers({ ...value, kind, metadata }, ['ownerReferences']) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const messageOf = (error: unknown) => (error as Error).message;
