import { TRANSPORTS, type TransportName } from '../fleet/transports.ts';
import { accessesOf } from '../kit/targets.ts';
import type { ClusterKit } from '../kit/types.ts';
import type { CliContext } from './context.ts';

/** How long a command that only reads may last. */
export const READING_MS = 15 * 60_000;
/** How long a change may last, with what keeps and undoes it. */
export const CHANGE_MS = 4 * 3_600_000;

/** Says before anything starts which certificates no server takes, or none will before the command ends. */
export async function warnOfCertificates(
  { io, sink, warned }: Pick<CliContext, 'io' | 'sink' | 'warned'>,
  cluster: ClusterKit,
  orders: readonly (readonly TransportName[] | undefined)[],
  lastsMs: number,
): Promise<void> {
  const reads = (name: TransportName) => TRANSPORTS[name].keyFiles !== 'unused';
  const logins = accessesOf(cluster).flatMap(({ ssh, via }) =>
    orders.some((order) => (order ?? via).some(reads)) ? [ssh, ...(ssh.jump ? [ssh.jump] : [])] : [],
  );
  if (logins.length === 0) return;
  // Thousands of nodes have a few logins.
  const key = (login: (typeof logins)[number]) =>
    JSON.stringify([login.identity, login.certificate, login.useAgent]);
  const distinct = new Map(logins.map((login) => [key(login), login]));
  const { certificateFaults } = await import('../transport/ssh/certificate-faults.ts');
  const span = { nowMs: io.now().getTime(), lastsMs };
  for (const fault of await certificateFaults([...distinct.values()], io.env.SSH_AUTH_SOCK, span)) {
    if (!warned?.has(fault)) sink.note(`warning: ${fault}`);
    warned?.add(fault);
  }
}
