import { kindByWord, kindOfResource, pathOf } from './kinds.ts';

/** What a raw path of the API names. */
export interface ApiPath {
  /** `''` for the core group. */
  group: string;
  namespace?: string;
  resource: string;
  name?: string;
}

const SEGMENT = /^[a-z0-9]([a-z0-9.:_-]*[a-z0-9])?$/i;

/** Reads `/api/v1/namespaces/NS/pods` or `/apis/GROUP/VERSION/…`, without a query; undefined for any other text. */
export function readApiPath(path: string): ApiPath | undefined {
  const parts = path.split('/').slice(1);
  if (!path.startsWith('/') || parts.some((part) => !SEGMENT.test(part))) return undefined;
  const [root, ...rest] = parts;
  const group = root === 'apis' ? rest.shift() : root === 'api' ? '' : undefined;
  if (group === undefined || rest.shift() === undefined) return undefined;
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const namespace = namespaced ? rest[1] : undefined;
  const [resource, name, ...more] = namespaced ? rest.slice(2) : rest;
  if (resource === undefined || more.length > 0) return undefined;
  return { group, resource, ...(namespace && { namespace }), ...(name && { name }) };
}

/** Why this action refuses a path. */
export function refusal(path: ApiPath | undefined): string | undefined {
  if (!path) return 'expected a raw path such as /apis/apps/v1/namespaces/NS/daemonsets/NAME';
  if (path.resource === 'secrets') return 'secrets are never read or changed';
  return undefined;
}

const ONE_OBJECT = 'expected the path of one object, ending in its name';

/** Objects whose deletion deletes others, or takes the machine out of the cluster. */
const WIDE = new Set([
  'namespaces',
  'nodes',
  'customresourcedefinitions',
  'persistentvolumes',
  'apiservices',
]);

/** Why a kind of object is not created: the undo would delete it. */
export function createRefusal(resource: string): string | undefined {
  if (resource === 'secrets') return 'secrets are never read or changed';
  return WIDE.has(resource)
    ? `${resource} are never created: an undo would delete what depends on them`
    : undefined;
}

/** Why a path cannot be patched. */
export function patchRefusal(path: ApiPath | undefined): string | undefined {
  return refusal(path) ?? (path?.name === undefined ? ONE_OBJECT : undefined);
}

export function deleteRefusal(path: ApiPath | undefined): string | undefined {
  if (!path || refusal(path)) return refusal(path);
  if (path.name === undefined) return ONE_OBJECT;
  return WIDE.has(path.resource) ? `${path.resource} are never deleted: too much depends on them` : undefined;
}

/** `NS/daemonset/NAME` or `clusterrole/NAME` as a raw path; a raw path as it is; undefined for any other text. */
export function pathByName(text: string): string | undefined {
  if (text.startsWith('/')) return text;
  const parts = text.split('/');
  const [word = '', name = ''] = parts.slice(-2);
  const kind = kindByWord(word);
  const [namespace] = parts.slice(0, -2);
  if (!kind || name === '' || parts.length !== (kind.namespaced ? 3 : 2)) return undefined;
  return pathOf(kind, name, namespace);
}

/** `NS/key=value` or a whole path of a pods collection, always with a selector; undefined for any other text. */
export function podsPath(text: string): string | undefined {
  const short = /^([a-z0-9-]+)\/([A-Za-z0-9_./=,!-]+)$/.exec(text);
  const [path, query] = short
    ? [`/api/v1/namespaces/${short[1]}/pods`, `labelSelector=${encodeURIComponent(short[2]!)}`]
    : (text.split('?') as [string, string?]);
  const read = readApiPath(path);
  if (read?.resource !== 'pods' || !read.namespace || read.name) return undefined;
  return query && /^labelSelector=[A-Za-z0-9%_.-]+$/.test(query) ? `${path}?${query}` : undefined;
}

/** The same, of a label with its value: a key alone may be the name of a pod, of which none is found. */
export function podsByLabel(text: string): string | undefined {
  return /=|%3D/.test(text.replace(/^.*labelSelector=/, '')) ? podsPath(text) : undefined;
}

/** The object at a path as people name it, such as `DaemonSet monitoring/agent`. */
export function objectAt(path: string): string {
  const read = readApiPath(path);
  if (!read) return path;
  const { group, resource, namespace, name = '' } = read;
  return `${kindOfResource(resource, group)} ${namespace ? `${namespace}/` : ''}${name}`;
}
