const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

const next = (crc: number, byte: number) => (crc << 8) ^ TABLE[(crc >>> 24) ^ byte]!;

/** The checksum that POSIX `cksum` prints for these bytes: the one digest that every node can make. */
export function cksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = next(crc, byte);
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256))
    crc = next(crc, length & 0xff);
  return ~crc >>> 0;
}
