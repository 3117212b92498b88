import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readQuery } from './ec2/query.ts';
import { Ec2Service } from './ec2/service.ts';
import { errorDocument } from './ec2/xml.ts';
import { CloudError } from './errors.ts';
import { type CloudFaults, noFaults } from './faults.ts';
import { SsmService } from './ssm/service.ts';
import { Buckets } from './throttle.ts';
import type { CloudWorld } from './world.ts';

export interface CloudEndpoint {
  /** For AWS_ENDPOINT_URL. */
  url: string;
  /** For tests. */
  faults: CloudFaults;
  /** How often each operation was called. */
  calls: Record<string, number>;
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

interface Call {
  operation: string;
  answer(): Promise<{ type: string; body: string }>;
  failure(error: CloudError): { type: string; body: string };
  throttled: CloudError;
}

/** One loopback HTTP endpoint that speaks the wire protocols of SSM (JSON 1.1) and EC2 (query and XML). */
export async function createCloudEndpoint(
  world: CloudWorld,
  options: CloudEndpointOptions = {},
): Promise<CloudEndpoint> {
  const now = options.now ?? Date.now;
  const faults = noFaults();
  const calls: Record<string, number> = {};
  const bodies: string[] = [];
  const ssm = new SsmService({
    world,
    faults,
    now,
    listedAfterMs: options.listedAfterMs ?? 300,
    deliveryMs: options.deliveryMs ?? 30,
  });
  const ec2 = new Ec2Service({ world, faults });
  const buckets = new Buckets({ perSecond: options.perSecond ?? 20, burst: options.burst ?? 40, now });

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (options.record) bodies.push(body);
    const call = readCall(request, body);
    calls[call.operation] = (calls[call.operation] ?? 0) + 1;
    const send = (status: number, answer: { type: string; body: string }) => {
      response.writeHead(status, {
        'content-type': answer.type,
        'content-length': Buffer.byteLength(answer.body),
        'x-amzn-requestid': randomUUID(),
        date: new Date(now() + faults.clockAheadMs).toUTCString(),
      });
      response.end(answer.body);
    };
    try {
      requireSignature(request, call.operation);
      requireTime(request, now() + faults.clockAheadMs);
      guard(call);
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
      send(200, answer);
    } catch (error) {
      const known =
        error instanceof CloudError ? error : new CloudError('InternalServerError', String(error), 500);
      send(known.status, call.failure(known));
    }
  }

  function guard(call: Call): void {
    const refused = faults.refuse[call.operation];
    if (refused)
      throw new CloudError(
        refused,
        'The request was refused.',
        refused === 'UnauthorizedOperation' ? 403 : 400,
      );
    if (take(faults.beforeAcceptance, call.operation))
      throw new CloudError('InternalServerError', 'We encountered an internal error.', 500);
    if (take(faults.throttle, call.operation) || !buckets.take(call.operation)) throw call.throttled;
  }

  function readCall(request: IncomingMessage, body: string): Call {
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') {
      const operation = target.replace(/^AmazonSSM\./, '');
      const type = 'application/x-amz-json-1.1';
      return {
        operation,
        answer: async () => ({ type, body: JSON.stringify(await ssm.call(operation, JSON.parse(body))) }),
        failure: (error) => ({
          type,
          body: JSON.stringify({ __type: error.code, message: error.message }),
        }),
        throttled: new CloudError('ThrottlingException', 'Rate exceeded'),
      };
    }
    const { action, parameters } = readQuery(body);
    const type = 'text/xml;charset=UTF-8';
    return {
      operation: action,
      answer: async () => ({ type, body: await ec2.call(action, parameters) }),
      failure: (error) => ({ type, body: errorDocument(error.code, error.message) }),
      throttled: new CloudError('RequestLimitExceeded', 'Request limit exceeded.', 503),
    };
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    calls,
    bodies,
    async close() {
      ssm.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Checks that a signature is present: the drill has no secrets to verify it with. */
function requireSignature(request: IncomingMessage, operation: string): void {
  const authorization = request.headers.authorization ?? '';
  if (!/^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[^/]+\/[^/]+\/aws4_request, /.test(authorization))
    throw new CloudError('MissingAuthenticationToken', `Missing Authentication Token for ${operation}`, 403);
}

const MOST_SKEW_MS = 300_000;

/** Each service has its own error for a signature of another time. */
function requireTime(request: IncomingMessage, now: number): void {
  const text = String(request.headers['x-amz-date'] ?? '');
  const signed = Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(now - signed) > MOST_SKEW_MS)) return;
  const early = signed < now;
  if (request.headers['x-amz-target'])
    throw new CloudError(
      'InvalidSignatureException',
      early
        ? `Signature expired: ${text} is now earlier than the service's time less 5 min.`
        : `Signature not yet current: ${text} is still later than the service's time and 5 min.`,
    );
  throw early
    ? new CloudError('RequestExpired', 'Request has expired.')
    : new CloudError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
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
