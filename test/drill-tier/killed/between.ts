import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Where a client dies: before the cloud sees the call, or after the cloud has carried it out and before the answer
 * leaves. Between an answer and the next call nothing is sent, so that this is the next call's `unseen`.
 */
export type Stage = 'unseen' | 'unanswered';

/** A call that only polls, in the same world as the one before, is the same step. */
export interface Step {
  operation: string;
  picture: string;
}

export interface Between {
  url: string;
  /** The steps since the last `watch`. */
  steps: Step[];
  /** Begins to count; at the first call of this step `kill` is called, and nothing more passes. */
  watch(at?: { step: number; stage: Stage; kill(): void }): void;
  /** Whether it was called. */
  killed(): boolean;
  close(): Promise<void>;
}

/** Stands between a client and the cloud, and kills the client at one call. */
export async function standBetween(cloudUrl: string, picture: () => string): Promise<Between> {
  let at: Parameters<Between['watch']>[0];
  let dead = false;
  const server = createServer((from, to) => {
    void pass(from, to).catch(() => to.destroy());
  });

  async function pass(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const body = await whole(from);
    const operation = operationOf(from, body);
    const last = between.steps.at(-1);
    const seen = picture();
    const isNew = last?.operation !== operation || last.picture !== seen;
    if (isNew && !dead) between.steps.push({ operation, picture: seen });
    const isHere = isNew && !dead && between.steps.length - 1 === at?.step;
    if (isHere && at?.stage === 'unseen') die();
    if (dead) return void from.socket.destroy();
    const answer = await ask(cloudUrl, from, body);
    if (isHere) die();
    if (dead) return void from.socket.destroy();
    to.writeHead(answer.status, answer.headers);
    to.end(answer.body);
  }

  function die(): void {
    dead = true;
    at?.kill();
  }

  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const between: Between = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    steps: [],
    watch(to) {
      at = to;
      dead = false;
      between.steps = [];
    },
    killed: () => dead,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return between;
}

/** The name of the call in the protocols of query, JSON and REST. */
function operationOf(from: IncomingMessage, body: Buffer): string {
  const target = from.headers['x-amz-target'];
  if (typeof target === 'string') return target.replace(/^.*\./, '');
  const { Action, DryRun } = Object.fromEntries(new URLSearchParams(body.toString()));
  if (Action) return DryRun === 'true' ? `${Action} (dry run)` : Action;
  return `${from.method} ${from.url}`;
}

/** As it came: the signature covers the host, too. */
async function ask(cloudUrl: string, from: IncomingMessage, body: Buffer) {
  const { hostname, port } = new URL(cloudUrl);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const { method, url, headers } = from;
    request({ hostname, port, method, path: url, headers, agent: false }, resolve)
      .on('error', reject)
      .end(body);
  });
  return { status: answer.statusCode ?? 500, headers: answer.headers, body: await whole(answer) };
}

async function whole(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
