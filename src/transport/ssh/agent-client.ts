import { connect } from 'node:net';
import { Reader, sshString } from '../certificate/reader.ts';
import { createSlots } from '../slots.ts';

/** Messages of the agent protocol (draft-ietf-sshm-ssh-agent). */
const ASK_IDENTITIES = 11;
const IDENTITIES = 12;
const ASK_SIGNATURE = 13;
const SIGNATURE = 14;

/** How an RSA key is to sign. */
export const RSA_FLAGS = { sha256: 2, sha512: 4 };

/** Far more than any agent holds. */
const MOST_ANSWER = 1024 * 1024;

/**
 * Requests that an agent gets at a time: it serves one after the other, and refuses connections beyond its backlog of
 * 128. Each thread has so many.
 */
const atOnce = createSlots(8);
/** It may wait for somebody's touch or consent, and the login's own clock ends sooner. */
const LONGEST_MS = 60_000;

export interface AgentIdentity {
  /** The public key, or the certificate of one, as it goes over the wire. */
  blob: Buffer;
  comment: string;
}

/** All that the agent holds; ssh2 leaves certificates and FIDO keys out. */
export async function agentIdentities(socket: string, ms = LONGEST_MS): Promise<AgentIdentity[]> {
  const answer = new Reader(await ask(socket, Buffer.from([ASK_IDENTITIES]), ms));
  if (answer.byte() !== IDENTITIES) throw new Error('Failed to retrieve identities from agent');
  return Array.from({ length: Math.min(answer.uint32(), answer.left) }, () => ({
    blob: answer.string(),
    comment: answer.string().toString('utf8'),
  }));
}

/** The whole signature, with its algorithm: that of a FIDO key says more than its bytes. */
export async function agentSignature(
  socket: string,
  blob: Buffer,
  data: Buffer,
  flags: number,
): Promise<Buffer> {
  const request = [
    Buffer.from([ASK_SIGNATURE]),
    sshString(blob),
    sshString(data),
    Buffer.from([0, 0, 0, flags]),
  ];
  const answer = new Reader(await ask(socket, Buffer.concat(request), LONGEST_MS));
  if (answer.byte() !== SIGNATURE) throw new Error('Failed to sign data with agent');
  return answer.string();
}

async function ask(path: string, request: Buffer, ms: number): Promise<Buffer> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error('The agent does not answer')), ms);
  try {
    const give = await atOnce.take(late.signal);
    return await answer(path, request, late.signal).finally(give);
  } finally {
    clearTimeout(timer);
  }
}

/** One request over a connection of its own. */
function answer(path: string, request: Buffer, stop: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let heard = Buffer.alloc(0);
    const socket = connect(path);
    const fail = (why: string) => {
      socket.destroy();
      reject(new Error(why));
    };
    stop.addEventListener('abort', () => fail(stop.reason.message), { once: true });
    socket
      .on('connect', () => socket.write(sshString(request)))
      .on('error', () => fail('Failed to connect to agent'))
      .on('close', () => fail('The agent hung up'))
      .on('data', (chunk) => {
        heard = Buffer.concat([heard, chunk]);
        if (heard.length < 4) return;
        const length = heard.readUInt32BE();
        if (length > MOST_ANSWER) return fail('The agent answers too much');
        if (heard.length < 4 + length) return;
        resolve(heard.subarray(4, 4 + length));
        socket.destroy();
      });
  });
}
