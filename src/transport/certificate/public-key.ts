import { createPublicKey, type KeyObject } from 'node:crypto';
import { Malformed, Reader, sshString } from './reader.ts';

/** Curves of ECDSA by the names that SSH and JWK have for them, and the bytes of a coordinate. */
const CURVES: Record<string, { name: string; crv: string; size: number }> = {
  'ecdsa-sha2-nistp256': { name: 'nistp256', crv: 'P-256', size: 32 },
  'ecdsa-sha2-nistp384': { name: 'nistp384', crv: 'P-384', size: 48 },
  'ecdsa-sha2-nistp521': { name: 'nistp521', crv: 'P-521', size: 66 },
  'sk-ecdsa-sha2-nistp256@openssh.com': { name: 'nistp256', crv: 'P-256', size: 32 },
};

/** OpenSSH refuses RSA keys below and above. */
const RSA_BITS = { least: 1024, most: 16384 };

export interface PublicKey {
  type: string;
  /** As it goes over the wire, without a certificate. */
  blob: Buffer;
  key: KeyObject;
  /** Of a FIDO key: what its signatures are bound to. */
  application?: Buffer;
}

/** The fields of a key of this type, which follow its name on the wire. */
export function readKeyFields(type: string, from: Reader): PublicKey {
  const fields: Buffer[] = [];
  const field = () => {
    const bytes = from.string();
    fields.push(bytes);
    return bytes;
  };
  const key = keyOf(type, field);
  const application = type.startsWith('sk-') ? field() : undefined;
  const blob = Buffer.concat([type, ...fields].map(sshString));
  return { type, blob, key, ...(application && { application }) };
}

/** A plain public key, whole: a certificate is refused. */
export function readPublicKey(blob: Buffer): PublicKey {
  const reader = new Reader(blob);
  const key = readKeyFields(reader.text(), reader);
  reader.end();
  return key;
}

function keyOf(type: string, field: () => Buffer): KeyObject {
  const curve = CURVES[type];
  if (curve) {
    const [name, point] = [field(), field()];
    if (name.toString('latin1') !== curve.name) throw new Malformed(`its curve does not belong to ${type}`);
    if (point.length !== 1 + 2 * curve.size || point[0] !== 4)
      throw new Malformed('it has no uncompressed point');
    const [x, y] = [point.subarray(1, 1 + curve.size), point.subarray(1 + curve.size)].map(base64url);
    return fromJwk({ kty: 'EC', crv: curve.crv, x: x!, y: y! });
  }
  switch (type) {
    case 'ssh-ed25519':
    case 'sk-ssh-ed25519@openssh.com': {
      const x = field();
      if (x.length !== 32) throw new Malformed('an Ed25519 key has 32 bytes');
      return fromJwk({ kty: 'OKP', crv: 'Ed25519', x: base64url(x) });
    }
    case 'ssh-rsa': {
      const [e, n] = [field(), field()];
      const key = fromJwk({ kty: 'RSA', e: base64url(unsigned(e)), n: base64url(unsigned(n)) });
      const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
      if (bits < RSA_BITS.least || bits > RSA_BITS.most)
        throw new Malformed(`an RSA key of ${bits} bits is refused`);
      return key;
    }
    default:
      throw new Malformed(`${printable(type)} is not a key type that can be checked`);
  }
}

function fromJwk(jwk: Record<string, string>): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch (error) {
    throw new Malformed((error as Error).message);
  }
}

/** A number of SSH has a zero byte before a high bit. */
function unsigned(mpint: Buffer): Buffer {
  if (mpint.length === 0 || mpint[0]! & 0x80) throw new Malformed('a number in it is negative or empty');
  let at = 0;
  while (at < mpint.length - 1 && mpint[at] === 0) at++;
  return mpint.subarray(at);
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url');
}

function printable(name: string): string {
  return name.slice(0, 64).replace(/[^\x20-\x7e]/g, '?');
}
