import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudError } from './errors.ts';
import { type CloudFaults, noFaults } from './faults.ts';
import type { CloudAnswer, CloudCall, CloudService } from './service.ts';
import { SERVICES } from './services.ts';
import { Buckets } from './throttle.ts';
import type { CloudWorld } from './world.ts';

export interface CloudEndpoint {
  /** For AWS_ENDPOINT_URL. */
  url: string;
  /** For tests. */
  faults: CloudFaults;
  /** How often each operation was called. */
  calls: Record<string, number>;
  /** Each operation that was called, with its service, as IAM names it. */
  permissions: Set<string>;
  /** Longest body seen and every body as sent, for tests that look for leaks. */
  bodies: string[];
  close(): Promise<void>;
}

export interface CloudEndpointOptions {
  /** Calls a second and burst of each operation. */
  perSecond?: number;
  burst?: number;
  /** A command is not listed before this many milliseconds have passed. */
  listedAfterMs?: number;
  /** From sending to running on a machine. */
  deliveryMs?: number;
  now?: () => number;
  /** Keep request bodies for `bodies`. */
  record?: boolean;
}

/** One loopback HTTP endpoint for all services: the scope of a request's signature names the one that is meant. */
export async function createCloudEndpoint(
  world: CloudWorld,
  options: CloudEndpointOptions = {},
): Promise<CloudEndpoint> {
  const now = options.now ?? Date.now;
  const faults = noFaults();
  const calls: Record<string, number> = {};
  const permissions = new Set<string>();
  const bodies: string[] = [];
  const deps = {
    world,
    faults,
    now,
    listedAfterMs: options.listedAfterMs ?? 300,
    deliveryMs: options.deliveryMs ?? 30,
  };
  const services = Object.fromEntries(Object.entries(SERVICES).map(([name, make]) => [name, make(deps)]));
  const buckets = new Buckets({ perSecond: options.perSecond ?? 20, burst: options.burst ?? 40, now });

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (options.record) bodies.push(body);
    const name = scopeOf(request)?.service ?? 'ec2';
    const service = services[name] ?? services.ec2!;
    const { method = '', headers } = request;
    const call = service.read({ method, headers, body, url: new URL(request.url ?? '/', 'http://cloud') });
    calls[call.operation] = (calls[call.operation] ?? 0) + 1;
    const permission = `${name}:${call.operation}`;
    permissions.add(permission);
    const send = (status: number, answer: CloudAnswer) => {
      response.writeHead(status, {
        'content-type': answer.type,
        'content-length': Buffer.byteLength(answer.body),
        'x-amzn-requestid': randomUUID(),
        date: new Date(now() + faults.clockAheadMs).toUTCString(),
      });
      response.end(answer.body);
    };
    try {
      requireSignature(request, call.operation, services);
      requireTime(request, now() + faults.clockAheadMs, service);
      guard(call, service, permission);
      const answer = await call.answer();
      const broken = faults.afterAcceptance[call.operation];
      if (broken && broken.times > 0) {
        broken.times -= 1;
        if (broken.how === 'reset') return void request.socket.destroy();
        if (broken.how === 'gone')
          throw new CloudError('InvalidInstanceID.NotFound', 'The instance IDs do not exist');
        // As a proxy answers that gave up: well-formed HTTP with an empty or half a body.
        const half = broken.how === 'cut' ? answer.body.slice(0, answer.body.length / 2) : '';
        if (broken.how !== 'error-500') return send(200, { ...answer, body: half });
        throw new CloudError('InternalServerError', 'We encountered an internal error.', 500);
      }
      send(answer.status ?? 200, answer);
    } catch (error) {
      const known =
        error instanceof CloudError ? error : new CloudError('InternalServerError', String(error), 500);
      send(known.status, service.failure(known));
    }
  }

  function guard(call: CloudCall, service: CloudService, permission: string): void {
    const refused = faults.refuse[permission] ?? faults.refuse[call.operation];
    if (refused)
      throw new CloudError(
        refused,
        'The request was refused.',
        refused === 'UnauthorizedOperation' ? 403 : 400,
      );
    if (take(faults.beforeAcceptance, call.operation))
      throw new CloudError('InternalServerError', 'We encountered an internal error.', 500);
    if (take(faults.throttle, call.operation) || !buckets.take(call.operation)) throw service.throttled();
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    calls,
    permissions,
    bodies,
    async close() {
      for (const service of Object.values(services)) service.close?.();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function scopeOf(request: IncomingMessage): { region: string; service: string } | undefined {
  const [, region, service] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request, /.exec(
      request.headers.authorization ?? '',
    ) ?? [];
  return region && service ? { region, service } : undefined;
}

/** Checks that a signature is present: the drill has no secrets to verify it with. */
function requireSignature(
  request: IncomingMessage,
  operation: string,
  services: Record<string, CloudService>,
): void {
  const scope = scopeOf(request);
  if (!scope)
    throw new CloudError('MissingAuthenticationToken', `Missing Authentication Token for ${operation}`, 403);
  if (!services[scope.service])
    throw new CloudError('UnknownService', `the drill's cloud has no ${scope.service}`, 404);
}

const MOST_SKEW_MS = 300_000;

/** Each service has its own error for a signature of another time. */
function requireTime(request: IncomingMessage, now: number, service: CloudService): void {
  const text = String(request.headers['x-amz-date'] ?? '');
  const signed = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Math.abs(now - signed) > MOST_SKEW_MS) throw service.skewed(text, signed < now);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Uses one of a fault's remaining calls. */
function take(turns: Record<string, number>, operation: string): boolean {
  const left = turns[operation] ?? 0;
  if (left <= 0) return false;
  turns[operation] = left - 1;
  return true;
}
