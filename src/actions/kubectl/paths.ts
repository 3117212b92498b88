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
  if (path.resource === 'secrets') return 'secrets are never read or deleted';
  return undefined;
}

/** Objects whose deletion deletes others, or takes the machine out of the cluster. */
const WIDE = new Set([
  'namespaces',
  'nodes',
  'customresourcedefinitions',
  'persistentvolumes',
  'apiservices',
]);

export function deleteRefusal(path: ApiPath | undefined): string | undefined {
  if (!path || refusal(path)) return refusal(path);
  if (path.name === undefined) return 'expected the path of one object, ending in its name';
  return WIDE.has(path.resource) ? `${path.resource} are never deleted: too much depends on them` : undefined;
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

const KINDS: Record<string, string> = {
  daemonsets: 'DaemonSet',
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  replicasets: 'ReplicaSet',
  cronjobs: 'CronJob',
  jobs: 'Job',
  pods: 'Pod',
};

/** The object at a path as people name it, such as `DaemonSet monitoring/agent`. */
export function objectAt(path: string): string {
  const read = readApiPath(path);
  if (!read) return path;
  const { resource, namespace, name = '' } = read;
  return `${KINDS[resource] ?? resource} ${namespace ? `${namespace}/` : ''}${name}`;
}
