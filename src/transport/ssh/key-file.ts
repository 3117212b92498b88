import { readFile } from 'node:fs/promises';

/** What a file with a private key shows without its passphrase. */
export interface KeyFile {
  /** Needs a passphrase. */
  locked: boolean;
  /** Its public key as it goes over the wire, where that can be told. */
  public?: Buffer;
}

/** Reads the unencrypted part: enough to find the key in an agent. */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const text = await readFile(path, 'latin1');
  const own = openssh(text) ?? publicLine(text);
  if (own) return own;
  const locked = /^Proc-Type: 4,ENCRYPTED|^-----BEGIN ENCRYPTED PRIVATE KEY-----/m.test(text);
  // The older formats encrypt the public half too: a .pub file may lie beside.
  const beside = await readFile(`${path}.pub`, 'latin1').catch(() => '');
  return { ...publicLine(beside), locked };
}

const MAGIC = 'openssh-key-v1\0';

function openssh(text: string): KeyFile | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END/.exec(text)?.[1];
  const bytes = Buffer.from(body ?? '', 'base64');
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  let at = MAGIC.length;
  const next = () => {
    const end = at + 4 + bytes.readUInt32BE(at);
    const field = bytes.subarray(at + 4, end);
    at = end;
    return field;
  };
  try {
    const cipher = next().toString('latin1');
    next();
    next();
    at += 4;
    return { locked: cipher !== 'none', public: next() };
  } catch {
    return undefined;
  }
}

function publicLine(text: string): KeyFile | undefined {
  const base64 = /^(?:ssh|ecdsa|sk)-\S+ ([A-Za-z0-9+/]+={0,2})(?:\s|$)/.exec(text)?.[1];
  return base64 === undefined ? undefined : { locked: false, public: Buffer.from(base64, 'base64') };
}
