import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy before a server, as a packet filter that limits new connections: `limit` a `windowMs`, rejected ones count. */
export interface LimitedProxy {
  port: number;
  /** When each connection was asked for, and whether it was let in. */
  asked: { at: number; in: boolean }[];
  limit: number;
  /** Ends every connection that is open. */
  cut(): void;
  close(): Promise<void>;
}

export async function limitedProxy(to: number, limit: number, windowMs: number): Promise<LimitedProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const at = performance.now();
    const recent = proxy.asked.filter((one) => at - one.at < windowMs).length;
    const lets = recent < proxy.limit;
    proxy.asked.push({ at, in: lets });
    if (!lets) {
      socket.resetAndDestroy();
      return;
    }
    const far = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      sockets.add(one);
      one
        .on('error', () => other.destroy())
        .on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: LimitedProxy = {
    port: (server.address() as AddressInfo).port,
    asked: [],
    limit,
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
