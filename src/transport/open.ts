import type { OnTrace } from '../base/trace.ts';
import type { TransportName } from '../fleet/transports.ts';
import { knownHostsOf } from '../kit/known-hosts.ts';
import type { Kit } from '../kit/types.ts';
import { freeDescriptors } from './descriptors.ts';
import type { ReadKnownHosts } from './known-hosts/shared.ts';
import type { Passphrases } from './ssh/identity.ts';
import type { ThreadCount } from './ssh/threads/transport.ts';
import type { Transport } from './types.ts';

export interface TransportsOptions {
  kit: Kit;
  /** Of locked keys, by their files. */
  passphrases?: Passphrases;
  /** For sudo where it asks: over standard input alone, so never through SSM. */
  sudoPassword?: string;
  /** SSH_AUTH_SOCK when absent. */
  agent?: string;
  /** Threads for SSH that other transports of this process use, too. */
  threads?: ThreadCount;
  /** Where several transports of this process share what they read. */
  readKnownHosts?: ReadKnownHosts;
  /** Told of each connection attempt and each call. */
  onTrace?: OnTrace;
}

export interface Transports {
  /** Opened when first asked for; nothing of the others is loaded. */
  get(name: TransportName): Promise<Transport>;
  close(): Promise<void>;
}

export function createTransports(given: TransportsOptions): Transports {
  const options = { ...given, kit: { ...given.kit, knownHosts: knownHostsOf(given.kit) } };
  const opened = new Map<TransportName, Promise<Transport>>();
  return {
    get(name) {
      let transport = opened.get(name);
      if (!transport) {
        transport = OPENERS[name](options);
        opened.set(name, transport);
      }
      return transport;
    },
    async close() {
      const transports = await Promise.allSettled(opened.values());
      opened.clear();
      await Promise.all(
        transports.map((transport) =>
          transport.status === 'fulfilled' ? transport.value.close() : undefined,
        ),
      );
    },
  };
}

/** Of a child each, and what exists while it starts. */
const PIPES = 4;

/** How each transport is opened; its properties are in `fleet/transports.ts`. */
const OPENERS: Record<TransportName, (options: TransportsOptions) => Promise<Transport>> = {
  async ssm({ onTrace }) {
    return (await import('./ssm/transport.ts')).createSsmTransport({ onTrace });
  },
  async ssh({ kit, passphrases, sudoPassword, agent = process.env.SSH_AUTH_SOCK, threads, ...more }) {
    const { createSshTransport } = await import('./ssh/transport.ts');
    const { openThreads } = await import('./ssh/threads/open.ts');
    const { knownHosts, path, revokedHostKeys } = kit;
    // What a thread gets a copy of: all that the transport reads of a kit.
    const own = { knownHosts, path, ...(revokedHostKeys !== undefined && { revokedHostKeys }) };
    const options = { kit: own, passphrases, sudoPassword, agent, onTrace: more.onTrace };
    const { readKnownHosts } = more;
    return openThreads(await createSshTransport({ ...options, readKnownHosts }), options, threads);
  },
  async openssh({ kit, sudoPassword, onTrace }) {
    const { createOpensshTransport } = await import('./openssh/transport.ts');
    // ssh would say so at each node.
    if (kit.revokedHostKeys)
      await (await import('./known-hosts/revoked.ts')).loadRevocations(kit.revokedHostKeys);
    const places = Math.floor((await freeDescriptors()) / PIPES);
    return createOpensshTransport({ kit, sudoPassword, places, onTrace });
  },
  async local({ sudoPassword, onTrace }) {
    return (await import('./local/transport.ts')).createLocalTransport({ sudoPassword, onTrace });
  },
};
