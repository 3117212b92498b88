import type { Client, ParsedKey } from 'ssh2';
import { Unreached } from '../unreached.ts';

type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

interface Protocol {
  service(name: string): void;
  authPK(user: string, key: ParsedKey, algorithm?: string, sign?: Sign): void;
  _handlers: {
    EXT_INFO?: (...args: unknown[]) => void;
    SERVICE_ACCEPT?: (protocol: Protocol, name: string) => void;
    USERAUTH_PK_OK?: (protocol: Protocol) => void;
  };
}

export interface EagerAuth {
  /** The login was asked for ahead, and the server has not even accepted that there will be one. */
  untaken(): boolean;
}

/** The connection ended before a request that was sent ahead was taken: another one asks step by step. */
export class Untaken extends Unreached {
  constructor({ reason }: Unreached) {
    super(reason);
  }
}

/**
 * Saves two of the three round trips of a login by a key: the request goes out together with that for the service, and
 * with its signature. ssh2 waits until the service is accepted, and then asks whether the key would do.
 */
export function authEagerly(client: Client, only: ParsedKey | undefined): EagerAuth {
  const { _protocol: protocol } = client as unknown as { _protocol?: Protocol };
  let ahead = false;
  let accepted = false;
  if (!protocol || !only) return { untaken: () => false };

  const { service, authPK, _handlers: handlers } = protocol;
  const { EXT_INFO: extInfo, SERVICE_ACCEPT: accept } = handlers;
  // How an RSA key must sign is in the server's EXT_INFO, which most servers send right after the key exchange.
  let knowsHow = only.type !== 'ssh-rsa';
  handlers.EXT_INFO = (...args) => {
    extInfo?.(...args);
    knowsHow = true;
  };
  handlers.SERVICE_ACCEPT = (self, name) => {
    accepted = true;
    if (!ahead) accept?.(self, name);
  };
  protocol.service = (name) => {
    service.call(protocol, name);
    // By then what came with the end of the key exchange has been read.
    process.nextTick(() => {
      if (!knowsHow || accepted) return;
      ahead = true;
      try {
        accept?.(protocol, name);
      } catch (error) {
        client.emit('error', error as Error);
      }
    });
  };
  // Nobody is asked to touch a FIDO key before the server wants it.
  const touched = only.type.startsWith('sk-');
  protocol.authPK = (user, key, algorithm, sign) => {
    const asks = sign === undefined && key === only && !touched;
    if (asks && handlers.USERAUTH_PK_OK) handlers.USERAUTH_PK_OK(protocol);
    else authPK.call(protocol, user, key, algorithm, sign);
  };
  return { untaken: () => ahead && !accepted };
}
