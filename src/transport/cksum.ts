const first = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});
const then = (table: Int32Array) => table.map((crc) => (crc << 8) ^ first[crc >>> 24]!);
const second = then(first);
const third = then(second);
const fourth = then(third);

const next = (crc: number, byte: number) => (crc << 8) ^ first[(crc >>> 24) ^ byte]!;

/** The checksum that POSIX `cksum` prints for these bytes: the one digest that every node can make. */
export function cksum(bytes: Uint8Array): number {
  let crc = 0;
  let at = 0;
  // Four bytes at a time: each text of a run over thousands of nodes is summed.
  for (; at + 4 <= bytes.length; at += 4) {
    crc ^= (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    crc =
      fourth[crc >>> 24]! ^ third[(crc >>> 16) & 0xff]! ^ second[(crc >>> 8) & 0xff]! ^ first[crc & 0xff]!;
  }
  for (; at < bytes.length; at++) crc = next(crc, bytes[at]!);
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256))
    crc = next(crc, length & 0xff);
  return ~crc >>> 0;
}
