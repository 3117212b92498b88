import { formatDuration } from '../../base/duration.ts';
import { usage } from '../../base/errors.ts';
import type { ServicesSnapshot } from '../../kit/services/types.ts';
import { nameOf } from '../../kit/services/types.ts';
import type { ActionContext } from '../../node/types.ts';

/** The table is part of the plan, of its journal, and of what each node gets; bytes. About 6,000 services. */
export const MOST_TABLE = 250_000;

/** `# TAKEN-AT`, then `ADDRESS NAME.NAMESPACE` of each service with a ClusterIP. */
export function tableOf({ takenAt, services }: ServicesSnapshot): string {
  const lines = services.flatMap((service) =>
    'addresses' in service ? service.addresses.map((address) => `${address} ${nameOf(service)}`) : [],
  );
  return [`# ${new Date(takenAt).toISOString()}`, ...lines.sort()].join('\n');
}

/** When the table's services were taken. */
export const takenAtOf = (table: string): string => /^# (\S+)/.exec(table)?.[1] ?? '';

/** The parameters as given, with the table of the kit where it is asked for: what a node gets is what the plan shows. */
export function withKitServices(
  given: Record<string, unknown>,
  { cluster }: ActionContext,
  place: string,
): Record<string, unknown> {
  if (String(given.kitServices) !== 'true' || given.services !== undefined) return given;
  const snapshot = cluster.services?.();
  if (!snapshot)
    throw usage(`the kit has no services of ${cluster.name}`, {
      place,
      expected: `services/${cluster.name}.json in the kit, taken while the API answered`,
      next: `leave it out, or: fireaxe kit import services -c ${cluster.name} --context NAME`,
    });
  const services = tableOf(snapshot);
  if (Buffer.byteLength(services) > MOST_TABLE)
    throw usage(`the names of the kit's services have ${Buffer.byteLength(services)} bytes`, {
      place,
      expected: `at most ${MOST_TABLE}`,
      next: 'leave it out: nodes with rules of kube-proxy do not need it',
    });
  return { ...given, services };
}

/** How old the names are that may be served. */
export function ageOf(table: string, now: Date | undefined): string {
  const takenAt = takenAtOf(table);
  const age = now ? `, ${formatDuration(Math.max(0, now.getTime() - Date.parse(takenAt)))} old` : '';
  return `the services of the kit are as of ${takenAt}${age}: they are served only where a node has no rules with names; one that was made again since may have another address`;
}
