/** One spelling an address, as the system prints it: IPv6 has many, and one of them hides an IPv4 address. */
export function canonicalAddress(address: string): string {
  const [plain = '', zone] = address.split('%');
  if (!plain.includes(':')) return address;
  const short = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short);
  if (!mapped) return zone === undefined ? short : `${short}%${zone}`;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
