import { COST, type RequestCost } from './capacity.ts';
import { type ApiObject, statusObject } from './objects.ts';
import type { RequestKind } from './server-model.ts';
import type { Store } from './store.ts';

export interface ApiRequest {
  method: string;
  /** Path with its query. */
  url: string;
  /** Exempt from priority and fairness (system:masters). */
  masters: boolean;
}

export interface ApiAnswer {
  code: number;
  body: unknown;
}

/** A request understood: what it costs, and what it does once its turn has come. */
export interface Route {
  verb: string;
  resource: string;
  namespace?: string;
  name?: string;
  selector: (object: ApiObject) => boolean;
  watch: boolean;
  kind: RequestKind;
  cost: RequestCost;
}

const PATH =
  /^\/(?:api\/v1|apis\/[a-z0-9.]+\/v1)(?:\/namespaces\/([^/]+))?\/(pods|daemonsets|leases|endpoints|nodes)(?:\/([^/]+))?$/;
const VERBS: Record<string, string> = { GET: 'get', POST: 'create', PUT: 'update', DELETE: 'delete' };

/** Undefined where no such path exists. `listUnits` is what an expensive list costs in this cluster. */
export function routeOf(
  request: ApiRequest,
  costs: { listUnits: number; listBytes: number; nodeListUnits: number },
): Route | undefined {
  const url = new URL(request.url, 'http://apiserver');
  const match = PATH.exec(url.pathname);
  const method = VERBS[request.method];
  if (!match || !method) return undefined;
  const [, namespace, resource = '', name] = match.map((part) =>
    part === undefined ? part : decodeURIComponent(part),
  );
  const watch = ['1', 'true'].includes(url.searchParams.get('watch') ?? '');
  const collection = name === undefined;
  const field = url.searchParams.get('fieldSelector');
  const narrow = field !== null || namespace !== undefined;
  return {
    verb: watch
      ? 'watch'
      : method === 'get' && collection
        ? 'list'
        : method === 'delete' && collection
          ? 'deletecollection'
          : method,
    resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    selector: selectorOf(url.searchParams.get('labelSelector'), field),
    watch,
    kind: request.masters ? 'exempt' : method === 'get' ? 'readOnly' : 'mutating',
    cost:
      method === 'get' && collection && !watch
        ? narrow
          ? { units: costs.nodeListUnits, bytes: COST.small.bytes }
          : { units: costs.listUnits, bytes: costs.listBytes }
        : COST.small,
  };
}

/** Bytes that a watch pins: all pods of the cluster, or one node's. */
export function watchBytes(route: Route, wide: number): number {
  return route.namespace === undefined && route.name === undefined && route.selector === EVERYTHING
    ? wide
    : COST.smallWatch;
}

const EVERYTHING = () => true;

/** `a=b,c==d,e!=f` on labels, and `spec.nodeName=` or `metadata.name=` on fields. */
export function selectorOf(labels: string | null, fields: string | null): (object: ApiObject) => boolean {
  const terms = [
    ...termsOf(labels).map((t) => ({ ...t, read: (o: ApiObject) => o.metadata.labels?.[t.key] })),
    ...termsOf(fields).map((t) => ({ ...t, read: (o: ApiObject) => fieldOf(o, t.key) })),
  ];
  if (terms.length === 0) return EVERYTHING;
  return (object) => terms.every((t) => (t.read(object) === t.value) === t.equal);
}

function termsOf(text: string | null): { key: string; value: string; equal: boolean }[] {
  if (!text) return [];
  return text.split(',').map((term) => {
    const [, key = '', operator, value = ''] = /^([^!=]+)(!=|==?)(.*)$/.exec(term) ?? [];
    return { key: key.trim(), value: value.trim(), equal: operator !== '!=' };
  });
}

function fieldOf(object: ApiObject, path: string): string | undefined {
  let value: unknown = object;
  for (const part of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[part];
  return typeof value === 'string' ? value : undefined;
}

/** Does what the request asks, on the store. */
export function perform(route: Route, store: Store, body: string): ApiAnswer {
  if (route.verb === 'list') return { code: 200, body: listObject(route, store, matching(route, store)) };
  if (route.verb === 'deletecollection') {
    const gone = matching(route, store);
    for (const o of gone) store.delete(route.resource, o.metadata.namespace ?? '', o.metadata.name);
    return { code: 200, body: listObject(route, store, gone) };
  }
  if (route.verb === 'create' || route.verb === 'update') return write(route, store, body);
  const name = route.name ?? '';
  const object =
    route.verb === 'delete'
      ? store.delete(route.resource, route.namespace ?? '', name)
      : store.get(route.resource, route.namespace ?? '', name);
  if (!object) return notFound(route, name);
  if (route.verb !== 'delete') return { code: 200, body: object };
  return {
    code: 200,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name, group: groupOf(route.resource), kind: route.resource, uid: object.metadata.uid },
    },
  };
}

function write(route: Route, store: Store, body: string): ApiAnswer {
  let object: ApiObject;
  try {
    object = JSON.parse(body) as ApiObject;
  } catch {
    return { code: 400, body: statusObject(400, 'BadRequest', 'the object provided is not valid JSON') };
  }
  const name = object.metadata?.name;
  if (!name) return { code: 422, body: statusObject(422, 'Invalid', 'metadata.name: Required value') };
  const namespace = route.namespace ?? object.metadata.namespace ?? '';
  const exists = store.get(route.resource, namespace, name) !== undefined;
  if (route.verb === 'create' && exists) {
    const message = `${groupName(route.resource)} "${name}" already exists`;
    return { code: 409, body: statusObject(409, 'AlreadyExists', message) };
  }
  if (route.verb === 'create' && object.metadata.resourceVersion) {
    return {
      code: 500,
      body: statusObject(500, 'InternalError', 'resourceVersion should not be set on objects to be created'),
    };
  }
  const stored = store.put(route.resource, { ...object, metadata: { ...object.metadata, namespace } });
  return { code: exists ? 200 : 201, body: stored };
}

function matching(route: Route, store: Store): ApiObject[] {
  return store.list(route.resource, route.namespace).filter(route.selector);
}

function listObject(route: Route, store: Store, items: ApiObject[]): unknown {
  const kind = { pods: 'PodList', daemonsets: 'DaemonSetList', leases: 'LeaseList', nodes: 'NodeList' };
  return {
    kind: kind[route.resource as keyof typeof kind] ?? 'List',
    apiVersion: groupOf(route.resource) ? `${groupOf(route.resource)}/v1` : 'v1',
    metadata: { resourceVersion: String(store.revision()) },
    items,
  };
}

function notFound(route: Route, name: string): ApiAnswer {
  return {
    code: 404,
    body: statusObject(404, 'NotFound', `${groupName(route.resource)} "${name}" not found`),
  };
}

function groupOf(resource: string): string {
  return { daemonsets: 'apps', leases: 'coordination.k8s.io' }[resource] ?? '';
}

function groupName(resource: string): string {
  const group = groupOf(resource);
  return group ? `${resource}.${group}` : resource;
}
