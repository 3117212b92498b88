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

/** `# TAKEN-AT`, then of each headless service every ready address, and again below the pod's own name: `ADDRESS [HOST.]NAME.NAMESPACE`. */
export function headlessOf({ takenAt, services }: ServicesSnapshot): string {
  const lines = services.flatMap((service) =>
    'endpoints' in service
      ? service.endpoints.flatMap(({ address, hostname }) =>
          [nameOf(service), ...(hostname === undefined ? [] : [`${hostname}.${nameOf(service)}`])].map(
            (name) => `${address.toLowerCase()} ${name}`,
          ),
        )
      : [],
  );
  return [`# ${new Date(takenAt).toISOString()}`, ...[...new Set(lines)].sort()].join('\n');
}

/** Which switch asks for which table. */
const TABLES = [
  { asked: 'kitServices', table: 'services', of: tableOf },
  { asked: 'kitHeadless', table: 'headless', of: headlessOf },
] as const;

/** When the table's services were taken. */
export const takenAtOf = (table: string): string => /^# (\S+)/.exec(table)?.[1] ?? '';

/** The parameters as given, with the tables of the kit that are asked for: what a node gets is what the plan shows. */
export function withKitServices(
  given: Record<string, unknown>,
  { cluster }: ActionContext,
  place: string,
): Record<string, unknown> {
  const wanted = TABLES.filter(
    ({ asked, table }) => String(given[asked]) === 'true' && given[table] === undefined,
  );
  if (wanted.length === 0) return given;
  const snapshot = cluster.services?.();
  if (!snapshot)
    throw usage(`the kit has no services of ${cluster.name}`, {
      place,
      expected: `services/${cluster.name}.json in the kit, taken while the API answered`,
      next: `leave it out, or: fireaxe kit import services -c ${cluster.name} --context NAME`,
    });
  const made = wanted.map(({ table, of }): [string, string] => [table, of(snapshot)]);
  const bytes = made.reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0);
  if (bytes > MOST_TABLE)
    throw usage(`the names of the kit's services have ${bytes} bytes`, {
      place,
      expected: `at most ${MOST_TABLE}`,
      next: wanted.some(({ table }) => table === 'headless')
        ? 'leave out one of --kit-services and --kit-headless'
        : 'leave it out: nodes with rules of kube-proxy do not need it',
    });
  return { ...given, ...Object.fromEntries(made) };
}

/** How old the names are that may be served. */
export function ageOf(table: string, now: Date | undefined): string {
  return `the services of the kit are ${asOf(table, now)}: they are served only where a node has no rules with names; one that was made again since may have another address`;
}

/** How old the addresses of headless services are, and what that means. */
export function headlessAgeOf(table: string, now: Date | undefined): string {
  return `the headless services of the kit are ${asOf(table, now)}: no node can check their addresses; one of them may be another pod's now`;
}

function asOf(table: string, now: Date | undefined): string {
  const takenAt = takenAtOf(table);
  const age = now ? `, ${formatDuration(Math.max(0, now.getTime() - Date.parse(takenAt)))} old` : '';
  return `as of ${takenAt}${age}`;
}
