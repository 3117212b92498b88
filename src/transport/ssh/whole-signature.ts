import type { Client, ParsedKey } from 'ssh2';
import { sshString } from '../certificate/reader.ts';
import { SHA_1_LOGIN, SHA_2_LOGIN } from './algorithms.ts';
import type { Ssh2 } from './ssh2.ts';

/** A key or certificate that ssh2 does not know. What signs for it gives the whole signature, with its algorithm. */
export interface OwnKey {
  /** As the key names itself. */
  type: string;
  blob: Buffer;
  /** The algorithm that the server is asked for, where the type does not tell. */
  algorithm?: string | undefined;
}

const OWN = Symbol('own key');

type Known = ParsedKey & { [OWN]?: OwnKey };

/** A key in the form in which ssh2 hands it through. */
export function asParsedKey(base: ParsedKey, own: OwnKey, of: Partial<ParsedKey> = {}): ParsedKey {
  const shape = { type: own.type, getPublicSSH: () => own.blob, [OWN]: own, ...of };
  return Object.assign(Object.create(base), shape);
}

/** Any key that ssh2 has parsed: others take its form. */
export function anyKey(ssh2: Ssh2): ParsedKey {
  const blob = Buffer.concat(['ssh-ed25519', Buffer.alloc(32, 1)].map(sshString));
  const parsed = ssh2.utils.parseKey(`ssh-ed25519 ${blob.toString('base64')}`);
  if (parsed instanceof Error) throw parsed;
  return Array.isArray(parsed) ? parsed[0]! : parsed;
}

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

interface Protocol {
  authPK(user: string, key: Known, algorithm?: string, sign?: Sign): void;
  _authsQueue: string[];
  _kexinit?: unknown;
  _queue?: Buffer[];
  _cipher: { encrypt(packet: Buffer): void };
  _packetRW: {
    write: { allocStart: number; alloc(length: number): Buffer; finalize(packet: Buffer): Buffer };
  };
}

/**
 * Lets one client of ssh2 log in by such keys. ssh2 names a signature by the key's type, but that of a certificate is
 * named by the key in it, and that of a FIDO key has more fields. None is made with SHA-1: returns whether ssh2 asked for it.
 */
export function sendWholeSignatures(client: Client): () => boolean {
  const { _protocol: protocol } = client as unknown as { _protocol: Protocol };
  const { authPK } = protocol;
  let old = false;
  protocol.authPK = (user, key, asked, sign) => {
    const own = key[OWN];
    if (asked === SHA_1_LOGIN) old = true;
    const algorithm = own?.algorithm ?? (asked === SHA_1_LOGIN ? SHA_2_LOGIN.algorithm : asked);
    if (!own || !sign) return authPK.call(protocol, user, key, algorithm, sign);
    // What is signed is the session's id, and then the request up to the signature.
    authPK.call(protocol, user, key, algorithm, (data) =>
      sign(data, (signature) => {
        const request = data.subarray(4 + data.readUInt32BE());
        send(protocol, Buffer.concat([request, sshString(signature)]));
      }),
    );
  };
  return () => old;
}

function send(protocol: Protocol, request: Buffer): void {
  const { write } = protocol._packetRW;
  const at = write.allocStart;
  const packet = write.alloc(request.length);
  packet.set(request, at);
  const whole = write.finalize(packet);
  protocol._authsQueue.push('publickey');
  // In the middle of another key exchange it waits, as every packet of ssh2 does.
  if (protocol._kexinit === undefined) protocol._cipher.encrypt(whole);
  else protocol._queue = [...(protocol._queue ?? []), whole];
}
