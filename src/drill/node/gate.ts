/**
 * Which loopback ports belong to a bastion's connections: the nodes behind it take no others.
 * A connection may arrive before the bastion learns its own port, so unknown ports wait for those under way.
 */
export interface BastionGate {
  /** Call before connecting; the returned function ends it with the port, or without one where it failed. */
  connecting(): (port?: number) => void;
  left(port: number): void;
  knows(port: number): Promise<boolean>;
}

export function createBastionGate(): BastionGate {
  const open = new Set<number>();
  const underWay = new Set<Promise<void>>();
  return {
    connecting() {
      const { promise, resolve } = withResolvers();
      underWay.add(promise);
      return (port) => {
        if (port !== undefined) open.add(port);
        underWay.delete(promise);
        resolve();
      };
    },
    left: (port) => void open.delete(port),
    async knows(port) {
      if (!open.has(port)) await Promise.all(underWay);
      return open.has(port);
    },
  };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
