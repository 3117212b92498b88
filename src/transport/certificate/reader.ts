/** Reads the fields of an SSH message (RFC 4251, 5); every reading past the end throws. */
export class Reader {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** What was read so far. */
  get before(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  take(length: number): Buffer {
    if (length > this.left) throw new Malformed('it is cut short');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  uint64(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  /** A text: OpenSSH refuses a zero byte in one. */
  text(): string {
    const bytes = this.string();
    if (bytes.includes(0)) throw new Malformed('a text in it has a zero byte');
    return bytes.toString('utf8');
  }

  /** A reader of a string that has fields of its own. */
  nested(): Reader {
    return new Reader(this.string());
  }

  end(): void {
    if (this.left > 0) throw new Malformed('something follows its end');
  }
}

/** Bytes that are not what they should be. */
export class Malformed extends Error {}

/** A string as it goes over the wire. */
export function sshString(value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** An unsigned number as the bytes of a string: no needless zeros, and one before a high bit. */
export function mpint(number: Buffer): Buffer {
  const bytes = number.subarray(
    Math.max(
      0,
      number.findIndex((byte) => byte !== 0),
    ),
  );
  return bytes[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
}
