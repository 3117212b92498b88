import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostCertificateFault } from '../../../src/transport/certificate/judge.ts';
import { readKrl } from '../../../src/transport/certificate/krl.ts';
import { readCertificate } from '../../../src/transport/certificate/parse.ts';
import { Malformed } from '../../../src/transport/certificate/reader.ts';
import { certificate, ed25519, fido } from './forge.ts';

const [host, ca] = [ed25519(), ed25519()];
const good = certificate(host, ca, {
  principals: ['10.0.0.1', 'node-1'],
  validAfter: 100n,
  validBefore: 200n,
});

describe('a certificate', () => {
  it('is read whole', () => {
    expect(readCertificate(good)).toMatchObject({
      role: 'host',
      keyId: 'forged',
      serial: 1n,
      principals: ['10.0.0.1', 'node-1'],
      signedWith: 'ssh-ed25519',
    });
    expect(readCertificate(good).key.blob.equals(host.blob)).toBe(true);
    expect(readCertificate(certificate(fido(), fido())).type).toBe('sk-ssh-ed25519-cert-v01@openssh.com');
  });

  it('changed in any byte is refused, and never for another reason than its bytes', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bytes = Buffer.from(good);
        bytes[at]! ^= by;
        expect(() => readCertificate(bytes)).toThrow(Malformed);
      }),
    );
  });

  it('cut short or of any bytes is refused', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), (length) => {
        expect(() => readCertificate(good.subarray(0, length))).toThrow(Malformed);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readCertificate(Buffer.from(bytes))).toThrow(Malformed);
        expect(() => readKrl(Buffer.from(bytes))).toThrow(Malformed);
      }),
    );
  });

  it.each([
    [99, 'it is not valid before 1970-01-01T00:01:40Z (the clock here: 1970-01-01T00:01:39Z)'],
    [100, undefined],
    [199.999, undefined],
    [200, 'it expired at 1970-01-01T00:03:20Z (the clock here: 1970-01-01T00:03:20Z)'],
  ])('at second %d: %s', (second, fault) => {
    expect(hostCertificateFault(readCertificate(good), ['10.0.0.1'], second * 1000)).toBe(fault);
  });

  it('vouches for the names in it as they stand', () => {
    const fault = (...names: string[]) => hostCertificateFault(readCertificate(good), names, 150_000);
    expect(fault('fd00::1', 'node-1')).toBeUndefined();
    expect(fault('10.0.0.11')).toBe('it is for 10.0.0.1, node-1, not for 10.0.0.11');
    expect(fault('Node-1')).toContain('not for Node-1');
  });
});
