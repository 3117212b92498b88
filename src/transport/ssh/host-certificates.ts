import type { Client } from 'ssh2';

/** Host key algorithms of certificates, best first: the type that the host then shows, and how it signs. */
const ALGORITHMS: Record<string, { shows: string; signs: string }> = {
  'ssh-ed25519-cert-v01@openssh.com': plain('ssh-ed25519'),
  'ecdsa-sha2-nistp256-cert-v01@openssh.com': plain('ecdsa-sha2-nistp256'),
  'ecdsa-sha2-nistp384-cert-v01@openssh.com': plain('ecdsa-sha2-nistp384'),
  'ecdsa-sha2-nistp521-cert-v01@openssh.com': plain('ecdsa-sha2-nistp521'),
  'rsa-sha2-512-cert-v01@openssh.com': { shows: 'ssh-rsa-cert-v01@openssh.com', signs: 'rsa-sha2-512' },
  'rsa-sha2-256-cert-v01@openssh.com': { shows: 'ssh-rsa-cert-v01@openssh.com', signs: 'rsa-sha2-256' },
};

function plain(type: string) {
  return { shows: `${type}-cert-v01@openssh.com`, signs: type };
}

/** What ssh2 keeps of one key exchange. */
interface KeyExchange {
  negotiated: { serverHostKey: string };
  _hostKey?: Buffer;
  getPublicKey(): Buffer;
}

type List = { array: string[] };
type Direction = Record<'cipher' | 'mac' | 'compress' | 'lang', List>;

interface Offer {
  lists: { kex: List; serverHostKey: List; cs: Direction; sc: Direction };
}

interface Protocol {
  _offer: Offer;
  _kex?: KeyExchange | undefined;
}

/** Tells ssh2 the key in a certificate that was accepted. */
export type Certified = (key: Buffer) => void;

/**
 * Teaches one client of ssh2 the host certificates that it does not know. They are offered before plain keys. The
 * exchange's hash takes in the certificate as shown, and its signature is checked with the key given to `Certified`;
 * without that call, or with another key, ssh2 refuses the signature.
 */
export function offerHostCertificates(client: Client): Certified {
  const protocol = (client as unknown as { _protocol: Protocol })._protocol;
  offerFirst(protocol, Object.keys(ALGORITHMS));
  let exchange: KeyExchange | undefined;
  let signs: string | undefined;
  // Each exchange, the first and each later one, is set here before the host's key arrives.
  Object.defineProperty(protocol, '_kex', {
    configurable: true,
    enumerable: true,
    get: () => exchange,
    set(next: KeyExchange | undefined) {
      exchange = next;
      const algorithm = next && ALGORITHMS[next.negotiated.serverHostKey];
      signs = algorithm?.signs;
      // ssh2 compares the type of what is shown with the name that was negotiated.
      if (next && algorithm) next.negotiated.serverHostKey = algorithm.shows;
    },
  });
  return (key) => {
    if (!exchange || signs === undefined) return;
    const current = exchange;
    current.negotiated.serverHostKey = signs;
    const { getPublicKey } = current;
    // Called after the certificate went into the hash, and before the signature is checked.
    current.getPublicKey = () => {
      current._hostKey = key;
      return getPublicKey.call(current);
    };
  };
}

function offerFirst(protocol: Protocol, names: string[]): void {
  const { lists } = protocol._offer;
  const Offer = protocol._offer.constructor as new (lists: unknown) => Offer;
  const arrays = (direction: Direction) =>
    Object.fromEntries(Object.entries(direction).map(([name, list]) => [name, list.array]));
  protocol._offer = new Offer({
    kex: lists.kex.array,
    serverHostKey: [...names, ...lists.serverHostKey.array],
    cs: arrays(lists.cs),
    sc: arrays(lists.sc),
  });
}
