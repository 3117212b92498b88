import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';

export interface ForgedServer {
  port: number;
  /** Logins that were tried: clients that accepted the host's key. */
  accepted(): number;
  close(): void;
}

type Arrays = Record<string, { array: string[] }>;

/** What ssh2's server keeps of a connection. */
interface Protocol {
  _hostKeys: Record<string, unknown>;
  _kex: { negotiated: { serverHostKey: string } };
  _offer: { lists: { kex: { array: string[] }; cs: Arrays; sc: Arrays } };
}

const TYPE = 'ssh-ed25519-cert-v01@openssh.com';

/** A server that shows these bytes as its host certificate, which no sshd would load, and proves an Ed25519 key. */
export async function forgedServer(shown: Buffer, keyFile: string): Promise<ForgedServer> {
  const key = ssh2.utils.parseKey(readFileSync(keyFile)) as ssh2.ParsedKey;
  let accepted = 0;
  const server = new ssh2.Server({ hostKeys: [readFileSync(keyFile)] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => {
      accepted++;
      context.reject();
    });
    show((client as unknown as { _protocol: Protocol })._protocol, shown, key);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    close: () => void server.close(),
  };
}

function show(protocol: Protocol, shown: Buffer, key: ssh2.ParsedKey): void {
  const own = {
    type: 'ssh-ed25519',
    getPublicSSH: () => shown,
    sign(data: Buffer) {
      // ssh2 reads the name of the signature after this call.
      protocol._kex.negotiated.serverHostKey = 'ssh-ed25519';
      return key.sign(data);
    },
  };
  protocol._hostKeys = { [TYPE]: own };
  const { kex, cs, sc } = protocol._offer.lists;
  const arrays = (of: Arrays) =>
    Object.fromEntries(Object.entries(of).map(([name, { array }]) => [name, array]));
  const Offer = protocol._offer.constructor as new (lists: unknown) => Protocol['_offer'];
  const lists = { kex: kex.array, serverHostKey: [TYPE], cs: arrays(cs), sc: arrays(sc) };
  protocol._offer = new Offer(lists);
}
