import { COST, type RequestCost } from './capacity.ts';
import type { ApiObject } from './objects.ts';
import type { RequestKind } from './server-model.ts';

export interface ApiRequest {
  method: string;
  /** Path with its query. */
  url: string;
  /** Exempt from priority and fairness (system:masters). */
  masters: boolean;
}

/** A request understood: what it costs, and what it does once its turn has come. */
export interface Route {
  verb: string;
  resource: string;
  namespace?: string;
  name?: string;
  selector: (object: ApiObject) => boolean;
  watch: boolean;
  /** A deletion with no grace period. */
  now: boolean;
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
    now: url.searchParams.get('gracePeriodSeconds') === '0',
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
