import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface Certificate {
  /** Both PEM. */
  cert: string;
  key: string;
  name: string;
}

export interface CertificateRequest {
  name: string;
  /** Itself, where absent. */
  by?: Certificate;
  /** IPv4 addresses and host names that it is for. */
  for?: string[];
  from?: Date;
  until: Date;
}

/** One for each name: to make one takes longer than most tests do. */
const keys = new Map<string, KeyPairKeyObjectResult>();

function keyOf(name: string): KeyPairKeyObjectResult {
  const pair = keys.get(name) ?? generateKeyPairSync('rsa', { modulusLength: 2048 });
  keys.set(name, pair);
  return pair;
}

/** An X.509 certificate as kubeadm makes them, without a tool: just enough DER. */
export function newCertificate(request: CertificateRequest): Certificate {
  const { by, name } = request;
  const { privateKey, publicKey } = keyOf(name);
  const from = request.from ?? new Date(Date.now() - 400 * 86_400_000);
  const algorithm = seq(oid('2a864886f70d01010b'), tlv(0x05, Buffer.alloc(0)));
  const body = seq(
    tlv(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguished(by?.name ?? name),
    seq(time(from), time(request.until)),
    distinguished(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, seq(...(by ? [] : [authority()]), alternatives(request.for ?? []))),
  );
  const signer: KeyObject = by ? createPrivateKey(by.key) : privateKey;
  const signature = sign('sha256', body, signer);
  const der = seq(body, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return {
    name,
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function seq(...parts: Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tlv(0x02, bytes);
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

function distinguished(name: string): Buffer {
  return seq(tlv(0x31, seq(oid('550403'), tlv(0x0c, Buffer.from(name)))));
}

/** YYMMDDHHMMSSZ, as every certificate has it until 2049. */
function time(date: Date): Buffer {
  const text = date
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '')
    .slice(2);
  return tlv(0x17, Buffer.from(text));
}

function authority(): Buffer {
  return seq(oid('551d13'), tlv(0x01, Buffer.from([0xff])), tlv(0x04, seq(tlv(0x01, Buffer.from([0xff])))));
}

function alternatives(names: string[]): Buffer {
  const each = names.map((name) =>
    isIPv4(name) ? tlv(0x87, Buffer.from(name.split('.').map(Number))) : tlv(0x82, Buffer.from(name)),
  );
  return each.length === 0 ? Buffer.alloc(0) : seq(oid('551d11'), tlv(0x04, seq(...each)));
}
