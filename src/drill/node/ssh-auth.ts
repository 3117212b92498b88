import { timingSafeEqual } from 'node:crypto';
import type { AuthContext, Connection } from 'ssh2';
import ssh2 from 'ssh2';

/** Lets one user in by one public key, whose possession is proved by a signature. */
export function acceptKey(client: Connection, user: string, publicKey: string): void {
  const parsed = ssh2.utils.parseKey(publicKey);
  if (parsed instanceof Error) throw parsed;
  const key = Array.isArray(parsed) ? parsed[0]! : parsed;
  client.on('authentication', (context: AuthContext) => {
    if (context.method !== 'publickey' || context.username !== user) return context.reject(['publickey']);
    if (context.key.algo !== key.type || !sameBytes(context.key.data, key.getPublicSSH())) {
      return context.reject(['publickey']);
    }
    // Without a signature the client only asks whether the key would do.
    if (!context.signature) return context.accept();
    const proven = context.blob && key.verify(context.blob, context.signature, context.hashAlgo) === true;
    return proven ? context.accept() : context.reject(['publickey']);
  });
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
