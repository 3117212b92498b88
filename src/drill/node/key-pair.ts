import ssh2 from 'ssh2';

/** An ed25519 key: OpenSSH private key text, and the public line `ssh-ed25519 AAAA…`. */
export interface LabKeyPair {
  private: string;
  public: string;
}

/** ssh2 writes a private key that it cannot read itself about once in 256 times. */
export function createKeyPair(): LabKeyPair {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
