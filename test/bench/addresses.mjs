/** Loopback addresses that all answer on one machine: 127.1.0.1 and up. */
export function addresses(count) {
  return Array.from({ length: count }, (_, i) => {
    const n = i + 1;
    return `127.${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
  });
}
