import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { CLOCKS } from '../time-scale.ts';
import type { LabConnection, LabNetwork, LabNode } from '../types.ts';
import { API_PORT, type ApiDoor, knock, NoAnswer } from './door.ts';
import { followWatch } from './follow-watch.ts';

export interface Ask {
  method?: string;
  path: string;
  body?: string;
  timeoutMs?: number;
}

export interface Reply {
  code: number;
  body: string;
  retryAfterMs?: number;
}

export interface OpenWatch {
  close(): void;
}

/**
 * One process on one node that talks to the API servers, by real HTTP once the simulated network lets it.
 * It stays with its server until a request fails, then takes the next.
 */
export class ApiClient {
  readonly #network: LabNetwork;
  readonly #node: LabNode;
  readonly #doors: readonly ApiDoor[];
  readonly #pid: number | undefined;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 6 });
  /** Watches of this client that the network has silently cut: the server still holds them. */
  readonly #open = new Set<{ request: ClientRequest; socket?: Socket }>();
  /** Servers whose network refused the last connection attempt. */
  readonly #turnedAway = new Set<ApiDoor>();
  #at: number;

  constructor(options: {
    network: LabNetwork;
    node: LabNode;
    doors: readonly ApiDoor[];
    first: number;
    pid?: number;
  }) {
    this.#network = options.network;
    this.#node = options.node;
    this.#doors = options.doors;
    this.#at = options.first % options.doors.length;
    this.#pid = options.pid;
  }

  /** One attempt. Rejects with NoAnswer. */
  async ask(ask: Ask): Promise<Reply> {
    const door = this.#doors[this.#at]!;
    const timeoutMs = ask.timeoutMs ?? CLOCKS.clientTimeout;
    try {
      await this.#enter(door, timeoutMs);
      const { request, response } = this.#send(door, ask, timeoutMs, this.#agent);
      const answer = await response;
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      this.#open.delete(request);
      const code = answer.statusCode ?? 0;
      const again = Number(answer.headers['retry-after'] ?? 0);
      return {
        code,
        body: Buffer.concat(chunks).toString('utf8'),
        ...(again > 0 && { retryAfterMs: again * 1000 }),
      };
    } catch (error) {
      this.#next();
      throw error instanceof NoAnswer ? error : new NoAnswer('reset');
    }
  }

  /** Opens a watch and reads its lines until it ends; `ended` is called once. */
  async watch(path: string, onLine: (line: string) => void, ended: () => void): Promise<OpenWatch> {
    const door = this.#doors[this.#at]!;
    try {
      await this.#knock(door, CLOCKS.dialTimeout);
      const { request, response } = this.#send(door, { path }, CLOCKS.clientTimeout, false);
      const stream = await response;
      if (stream.statusCode !== 200) {
        request.request.destroy();
        this.#open.delete(request);
        throw new NoAnswer('reset');
      }
      return this.#follow(door, request, stream, onLine, ended);
    } catch (error) {
      this.#next();
      throw error instanceof NoAnswer ? error : new NoAnswer('reset');
    }
  }

  /** Whether the network refused its last attempt at every server that runs. */
  fenced(): boolean {
    const running = this.#doors.filter((door) => door.node.running());
    return running.length > 0 && running.every((door) => this.#turnedAway.has(door));
  }

  /** Closes its sockets, as the kernel does when a process ends. */
  close(): void {
    for (const { request } of this.#open) request.destroy();
    this.#open.clear();
    this.#agent.destroy();
  }

  #next(): void {
    this.#at = (this.#at + 1) % this.#doors.length;
  }

  /** An open connection must still pass the network; a new one must be accepted. */
  async #enter(door: ApiDoor, timeoutMs: number): Promise<void> {
    const idle = Object.values(this.#agent.freeSockets).some((sockets) => sockets?.length);
    const sender = this.#pid === undefined ? {} : { pid: this.#pid };
    if (idle && this.#network.verdict(this.#node, door.node, API_PORT, 'established', sender) !== 'accept') {
      this.#agent.destroy();
      if (door.node.running()) this.#turnedAway.add(door);
      throw new NoAnswer('reset');
    }
    if (!idle || door.port() === 0) await this.#knock(door, timeoutMs);
  }

  async #knock(door: ApiDoor, timeoutMs: number): Promise<void> {
    const answer = await knock(this.#network, this.#node, door, this.#pid, timeoutMs);
    if (answer === 'let-in' || answer === 'down') this.#turnedAway.delete(door);
    else this.#turnedAway.add(door);
    if (answer !== 'let-in') throw new NoAnswer(answer === 'down' ? 'timeout' : answer);
    // The machine accepts the packet, but no process listens there.
    if (door.port() === 0) throw new NoAnswer('refused');
  }

  #send(door: ApiDoor, ask: Ask, timeoutMs: number, agent: Agent | false) {
    const request = httpRequest({
      host: '127.0.0.1',
      port: door.port(),
      path: ask.path,
      method: ask.method ?? 'GET',
      agent,
      headers: ask.body === undefined ? {} : { 'content-type': 'application/json' },
    });
    const open: { request: ClientRequest; socket?: Socket } = { request };
    this.#open.add(open);
    request.on('socket', (socket) => {
      open.socket = socket;
      if (socket.connecting) socket.once('connect', () => this.#track(door, socket));
    });
    const response = new Promise<IncomingMessage>((resolve, reject) => {
      const timer = setTimeout(() => request.destroy(new NoAnswer('timeout')), timeoutMs);
      request.once('response', (message) => {
        clearTimeout(timer);
        resolve(message);
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        this.#open.delete(open);
        reject(
          error instanceof NoAnswer
            ? error
            : new NoAnswer(error.code === 'ECONNREFUSED' ? 'refused' : 'reset'),
        );
      });
    });
    request.end(ask.body);
    return { request: open, response };
  }

  #track(door: ApiDoor, socket: Socket): void {
    const connection: LabConnection = {
      from: this.#node,
      to: door.node,
      fromPort: socket.localPort ?? 0,
      toPort: API_PORT,
      ...(this.#pid === undefined ? {} : { pid: this.#pid }),
      bytes: () => ({ sent: socket.bytesWritten, received: socket.bytesRead }),
      close: () => socket.destroy(),
    };
    this.#network.track(connection);
    socket.once('close', () => this.#network.untrack(connection));
  }

  #follow(
    door: ApiDoor,
    open: { request: ClientRequest; socket?: Socket },
    stream: IncomingMessage,
    onLine: (line: string) => void,
    ended: () => void,
  ): OpenWatch {
    const end = followWatch({
      stream,
      verdict: () =>
        this.#network.verdict(this.#node, door.node, API_PORT, 'established', this.#sender(open.socket)),
      onLine,
      ended,
    });
    stream.once('close', () => this.#open.delete(open));
    return {
      close: () => {
        open.request.destroy();
        end();
      },
    };
  }

  #sender(socket: Socket | undefined): { pid?: number; port?: number } {
    return {
      ...(this.#pid === undefined ? {} : { pid: this.#pid }),
      ...(socket?.localPort === undefined ? {} : { port: socket.localPort }),
    };
  }
}
