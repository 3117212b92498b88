import type ssh2 from 'ssh2';

export type Ssh2 = typeof ssh2;

/** ssh2 takes a tenth of a second to load: it is loaded only to connect. */
export async function loadSsh2(): Promise<Ssh2> {
  return (await import('ssh2')).default;
}
