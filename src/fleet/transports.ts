/** What tells one transport from the others, before anything is opened. */
interface TransportFacts {
  /** What finds a node: its IP address, its cloud instance id, or nothing because it is this machine. */
  addressedBy: 'ip' | 'instance-id' | 'this-machine';
  /** Whether Fireaxe reads the private key files of the kit, passes them on to ssh(1), or does not use them. */
  keyFiles: 'read' | 'passed-on' | 'unused';
  /** Whether a secret may follow the script on standard input. */
  carriesSecret: boolean;
  /** Most targets of one call. */
  perCall: number;
}

/** The one table of transports: every list, type and schema of their names derives from it. */
export const TRANSPORTS = {
  ssm: { addressedBy: 'instance-id', keyFiles: 'unused', carriesSecret: false, perCall: 50 },
  ssh: { addressedBy: 'ip', keyFiles: 'read', carriesSecret: true, perCall: 1 },
  openssh: { addressedBy: 'ip', keyFiles: 'passed-on', carriesSecret: true, perCall: 1 },
  local: { addressedBy: 'this-machine', keyFiles: 'unused', carriesSecret: true, perCall: 1 },
} as const satisfies Record<string, TransportFacts>;

export type TransportName = keyof typeof TRANSPORTS;

export const TRANSPORT_NAMES = Object.keys(TRANSPORTS) as [TransportName, ...TransportName[]];

export const isTransportName = (word: string): word is TransportName => Object.hasOwn(TRANSPORTS, word);

/** Most targets that one call takes by any of these transports. */
export const perCallOf = (names: readonly TransportName[]): number =>
  Math.max(1, ...new Set(names.map((name) => TRANSPORTS[name].perCall)));
