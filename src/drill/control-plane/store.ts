import type { Random } from '../random.ts';
import type { ApiObject } from './objects.ts';

/** `resource` is the plural name in paths: `pods`, `daemonsets`, … */
export interface StoreEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resource: string;
  object: ApiObject;
}

/** All objects of the cluster, shared by the API servers. */
export class Store {
  readonly #random: Random;
  readonly #objects = new Map<string, ApiObject>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  #revision = 1000;

  constructor(random: Random) {
    this.#random = random;
  }

  get(resource: string, namespace: string, name: string): ApiObject | undefined {
    return this.#objects.get(`${resource}/${namespace}/${name}`);
  }

  list(resource: string, namespace?: string): ApiObject[] {
    const prefix = namespace === undefined ? `${resource}/` : `${resource}/${namespace}/`;
    return [...this.#objects].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object);
  }

  /** Creates or replaces; keeps the uid of what was there. */
  put(resource: string, object: ApiObject): ApiObject {
    const key = keyOf(resource, object);
    const former = this.#objects.get(key);
    const stored: ApiObject = {
      ...object,
      metadata: {
        ...object.metadata,
        uid: former?.metadata.uid ?? this.#uid(),
        resourceVersion: String(++this.#revision),
        creationTimestamp: former?.metadata.creationTimestamp ?? new Date().toISOString(),
      },
    };
    this.#objects.set(key, stored);
    this.#tell({ type: former ? 'MODIFIED' : 'ADDED', resource, object: stored });
    return stored;
  }

  delete(resource: string, namespace: string, name: string): ApiObject | undefined {
    const key = `${resource}/${namespace}/${name}`;
    const object = this.#objects.get(key);
    if (!object) return undefined;
    this.#objects.delete(key);
    this.#revision++;
    this.#tell({ type: 'DELETED', resource, object });
    return object;
  }

  /** A pod that is deleted stays until its kubelet has ended it, and deletes it with no grace period. */
  terminate(pod: ApiObject): ApiObject {
    const { deletionTimestamp = new Date().toISOString() } = pod.metadata;
    return this.put('pods', { ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
  }

  revision(): number {
    return this.#revision;
  }

  watch(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: StoreEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  #uid(): string {
    const h = this.#random.hex(32);
    return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join('-');
  }
}

function keyOf(resource: string, object: ApiObject): string {
  return `${resource}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
