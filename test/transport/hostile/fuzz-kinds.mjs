// What each of the servers of fuzz-peer.mjs does, and where it is reached.

/** Those of which a true outcome is expected; all others are hostile. */
export const HONEST = ['plain', 'greeted', 'in-pieces'];

export const KINDS = [
  ...HONEST,
  ...[
    'garbage',
    'text-flood',
    'packets',
    'cut-end',
    'cut-destroy',
    'cut-hang',
    'half-close',
    'flip',
    'no-session',
  ],
  ...[
    'other-nonce',
    'mutated',
    'repeated',
    'no-begin',
    'exit-only',
    'close-only',
    'eof-only',
    'signal',
    'mute',
  ],
  ...['stdout-flood', 'stderr-flood', 'refused', 'gone-before-the-session'],
];

export const kindOf = (index) => KINDS[index % KINDS.length];
/** The address of the index-th server. */
export const addressOf = (index) => `127.77.${1 + (index >> 7)}.${1 + (index & 127)}`;
