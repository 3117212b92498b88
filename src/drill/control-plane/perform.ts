import { type ApiObject, statusObject } from './objects.ts';
import type { Route } from './routes.ts';
import type { Store } from './store.ts';

export interface ApiAnswer {
  code: number;
  body: unknown;
}

/** Does what the request asks, on the store. */
export function perform(route: Route, store: Store, body: string): ApiAnswer {
  if (route.verb === 'list') return { code: 200, body: listObject(route, store, matching(route, store)) };
  if (route.verb === 'deletecollection') {
    const gone = matching(route, store);
    for (const o of gone) remove(route, store, o);
    return { code: 200, body: listObject(route, store, gone) };
  }
  if (route.verb === 'create' || route.verb === 'update') return write(route, store, body);
  const name = route.name ?? '';
  const object = store.get(route.resource, route.namespace ?? '', name);
  if (!object) return notFound(route, name);
  if (route.verb !== 'delete') return { code: 200, body: object };
  remove(route, store, object);
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

function remove({ resource, now }: Route, store: Store, object: ApiObject): void {
  const { namespace = '', name, deletionTimestamp } = object.metadata;
  if (resource !== 'pods' || now) store.delete(resource, namespace, name);
  else if (deletionTimestamp === undefined) store.terminate(object);
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
