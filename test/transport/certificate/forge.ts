import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readPublicKey } from '../../../src/transport/certificate/public-key.ts';
import { sshString } from '../../../src/transport/certificate/reader.ts';

/** A key pair whose bytes are known, for certificates that ssh-keygen does not make. */
export interface Forged {
  /** As it goes over the wire. */
  blob: Buffer;
  /** An SSH signature of these bytes. */
  sign(data: Buffer): Buffer;
}

export interface CertificateParts {
  role?: number;
  serial?: bigint;
  keyId?: string;
  principals?: string[];
  validAfter?: bigint;
  validBefore?: bigint;
  critical?: Buffer;
  extensions?: Buffer;
}

export function ed25519(): Forged {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    blob: Buffer.concat(['ssh-ed25519', rawPublic(privateKey)].map(sshString)),
    sign: (data) => Buffer.concat(['ssh-ed25519', sign(null, data, privateKey)].map(sshString)),
  };
}

/** A FIDO key without the hardware: it signs what a token signs. */
export function fido(): Forged {
  const { privateKey } = generateKeyPairSync('ed25519');
  const [type, application] = ['sk-ssh-ed25519@openssh.com', 'ssh:'];
  return {
    blob: Buffer.concat([type, rawPublic(privateKey), application].map(sshString)),
    sign(data) {
      const flagsAndCounter = Buffer.from([1, 0, 0, 0, 7]);
      const signed = Buffer.concat([sha256(application), flagsAndCounter, sha256(data)]);
      return Buffer.concat([...[type, sign(null, signed, privateKey)].map(sshString), flagsAndCounter]);
    },
  };
}

/** An RSA key that signs with this algorithm, be it SHA-1. */
export function rsa(algorithm: string, hash: string): Forged {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { e, n } = publicKey.export({ format: 'jwk' });
  const number = (text: string) => Buffer.concat([Buffer.from([0]), Buffer.from(text, 'base64url')]);
  return {
    blob: Buffer.concat(['ssh-rsa', Buffer.from(e!, 'base64url'), number(n!)].map(sshString)),
    sign: (data) => Buffer.concat([algorithm, sign(hash, data, privateKey)].map(sshString)),
  };
}

/** A host certificate for `key`, valid at `127.0.0.1` where nothing else is asked. */
export function certificate(
  key: Pick<Forged, 'blob'>,
  authority: Pick<Forged, 'blob' | 'sign'>,
  of: CertificateParts = {},
) {
  const { type, blob } = readPublicKey(key.blob);
  const fields = blob.subarray(4 + type.length);
  const certType = type.startsWith('sk-')
    ? type.replace('@openssh.com', '-cert-v01@openssh.com')
    : `${type}-cert-v01@openssh.com`;
  const signed = Buffer.concat([
    sshString(certType),
    sshString(Buffer.alloc(32, 9)),
    fields,
    uint64(of.serial ?? 1n),
    Buffer.from([0, 0, 0, of.role ?? 2]),
    sshString(of.keyId ?? 'forged'),
    sshString(Buffer.concat((of.principals ?? ['127.0.0.1']).map(sshString))),
    uint64(of.validAfter ?? 0n),
    uint64(of.validBefore ?? 0xffff_ffff_ffff_ffffn),
    sshString(of.critical ?? Buffer.alloc(0)),
    sshString(of.extensions ?? Buffer.alloc(0)),
    sshString(Buffer.alloc(0)),
    sshString(authority.blob),
  ]);
  return Buffer.concat([signed, sshString(authority.sign(signed))]);
}

/** The options of a certificate, as they go over the wire. */
export function options(all: Record<string, string>): Buffer {
  return Buffer.concat(
    Object.entries(all).flatMap(([name, value]) => [sshString(name), sshString(value && sshString(value))]),
  );
}

/** As a line of a file. */
export function publicLine(blob: Buffer): string {
  return `${blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))} ${blob.toString('base64')}`;
}

export function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

function rawPublic(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url');
}

function sha256(data: Buffer | string): Buffer {
  return createHash('sha256').update(data).digest();
}
