import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { CLOCKS } from '../time-scale.ts';
import { type Capacity, COST, type RequestCost } from './capacity.ts';
import type { Etcd } from './etcd.ts';
import { checksOf, healthText } from './health.ts';
import { ServerMetrics } from './metrics.ts';
import { statusObject } from './objects.ts';
import { perform } from './perform.ts';
import { type Route, routeOf, watchBytes } from './routes.ts';
import { type RequestKind, ServerModel } from './server-model.ts';
import type { Store } from './store.ts';

export interface ApiServerDeps {
  store: Store;
  etcd: Etcd;
  costs: { listUnits: number; listBytes: number; nodeListUnits: number };
  /** Memory of one watch on everything. */
  wideWatchBytes: number;
  now(): number;
}

/** Two looks of the control plane: where the machine keeps both waiting, clients and server, their proportion stays. */
const MOST_AT_ONCE_MS = 40;

type Turn = 'done' | 'expired';

/** One life of one kube-apiserver: a real HTTP listener in front of the model. It ends with `stop` or its death. */
export class ApiServer {
  readonly metrics = new ServerMetrics();
  readonly model: ServerModel;
  readonly #deps: ApiServerDeps;
  readonly #http: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Map<number, (turn: Turn) => void>();
  #port = 0;
  #stopped = false;

  constructor(capacity: Capacity, deps: ApiServerDeps) {
    this.#deps = deps;
    this.model = new ServerModel(capacity, deps.now(), {
      requestTimeoutMs: CLOCKS.requestTimeout,
      warmUpMs: CLOCKS.serverWarmUp,
      mostAtOnceMs: MOST_AT_ONCE_MS,
    });
    this.#http = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
      this.#serve(req, res).catch(() => res.destroy());
    });
    this.#http.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(0, '127.0.0.1', resolve);
    });
    this.#port = (this.#http.address() as AddressInfo).port;
    if (this.#stopped) this.#http.close();
  }

  /** 0 while no server listens. */
  port(): number {
    return this.#stopped ? 0 : this.#port;
  }

  /** Lets the model's time pass and answers what has had its turn. */
  tick(): void {
    const { done, expired } = this.model.advance(this.#deps.now());
    for (const id of done) this.#settle(id, 'done');
    for (const id of expired) this.#settle(id, 'expired');
  }

  /** Every connection is reset: what a client sees when the process dies. */
  stop(): void {
    this.#stopped = true;
    this.#http.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#waiting.clear();
  }

  #settle(id: number, turn: Turn): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.(turn);
  }

  /** Waits for the processor; undefined if every seat is taken. */
  async turn(kind: RequestKind, cost: RequestCost): Promise<Turn | undefined> {
    const id = this.model.admit(kind, cost);
    if (id === undefined) return undefined;
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', 'http://apiserver');
    const body = await bodyOf(req);
    if (url.pathname === '/metrics') return this.#serveMetrics(res);
    if (/^\/(livez|readyz|healthz)$/.test(url.pathname)) return this.#serveHealth(url, res);
    if (url.pathname === '/version')
      return send(res, 200, { major: '1', minor: '33', gitVersion: 'v1.33.0' });
    const masters = req.headers['x-remote-group'] === 'system:masters';
    const route = routeOf({ method: req.method ?? 'GET', url: req.url ?? '/', masters }, this.#deps.costs);
    if (!route)
      return send(
        res,
        404,
        statusObject(404, 'NotFound', 'the server could not find the requested resource'),
      );
    const answer = await this.#answer(route, body);
    this.metrics.count(route.verb, route.resource, answer.code);
    if (answer.code === 200 && route.watch) return this.#serveWatch(route, res);
    if (answer.code === 429) res.setHeader('retry-after', '1');
    send(res, answer.code, answer.body);
  }

  async #answer(route: Route, body: string): Promise<{ code: number; body: unknown }> {
    const askedAt = this.#deps.now();
    const turn = await this.turn(route.kind, route.cost);
    if (turn === undefined)
      return {
        code: 429,
        body: statusObject(
          429,
          'TooManyRequests',
          'the server has received too many requests and has asked us to try again later',
        ),
      };
    if (turn === 'expired')
      return {
        code: 504,
        body: statusObject(504, 'Timeout', 'request did not complete within the allotted timeout'),
      };
    if (!this.#deps.etcd.quorumHeld())
      return { code: 500, body: statusObject(500, 'InternalError', 'etcdserver: request timed out') };
    // Etcd over its quota accepts only reads and deletions.
    if (['create', 'update'].includes(route.verb) && !this.#deps.etcd.write())
      return {
        code: 500,
        body: statusObject(500, 'InternalError', 'etcdserver: mvcc: database space exceeded'),
      };
    this.metrics.etcd((this.#deps.now() - askedAt) / 4000);
    return route.watch ? { code: 200, body: undefined } : perform(route, this.#deps.store, body);
  }

  #serveWatch(route: Route, res: ServerResponse): void {
    const release = this.model.openWatch(watchBytes(route, this.#deps.wideWatchBytes));
    const end = this.#deps.store.watch((event) => {
      const { object } = event;
      if (event.resource !== route.resource || !route.selector(object)) return;
      if (route.namespace !== undefined && object.metadata.namespace !== route.namespace) return;
      res.write(`${JSON.stringify({ type: event.type, object })}\n`);
    });
    res.on('close', () => {
      end();
      release();
    });
    res.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    res.flushHeaders();
  }

  async #serveHealth(url: URL, res: ServerResponse): Promise<void> {
    await this.turn('exempt', COST.health);
    const endpoint = url.pathname === '/readyz' ? 'readyz' : 'livez';
    const checks = checksOf({
      etcd: this.#deps.etcd.quorumHeld(),
      warm: endpoint === 'livez' || this.model.warm(),
    });
    const { code, body } = healthText(endpoint, checks, url.searchParams.has('verbose'));
    res.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' }).end(body);
  }

  async #serveMetrics(res: ServerResponse): Promise<void> {
    await this.turn('exempt', COST.health);
    const text = this.metrics.text({
      readOnly: this.model.inflight('readOnly'),
      mutating: this.model.inflight('mutating'),
      memoryBytes: this.model.memoryBytes(),
    });
    res.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text);
  }
}

function send(res: ServerResponse, code: number, body: unknown): void {
  res.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  if (req.method === 'GET') return '';
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
