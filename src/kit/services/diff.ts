import { isDeepStrictEqual } from 'node:util';
import { nameOf, type Service } from './types.ts';

/** What differs between two snapshots, in words. */
export interface ServicesDiff {
  lines: string[];
  new: number;
  gone: number;
  changed: number;
}

/** More of one kind are counted only. */
const MOST_LINES = 30;

/** A diff as people read it: `+` new, `-` gone, `~` changed. */
export function diffServices(before: readonly Service[], now: readonly Service[]): ServicesDiff {
  const [old, fresh] = [before, now].map((all) => new Map(all.map((one) => [nameOf(one), one])));
  const gone = before.filter((one) => !fresh!.has(nameOf(one)));
  const added = now.filter((one) => !old!.has(nameOf(one)));
  const changed = now.filter((one) => {
    const former = old!.get(nameOf(one));
    return former !== undefined && !isDeepStrictEqual(former, one);
  });
  const lines = [
    ...some(gone, (one) => `- ${nameOf(one)}  ${whatOf(one)}`),
    ...some(added, (one) => `+ ${nameOf(one)}  ${whatOf(one)}`),
    ...some(changed, (one) => `~ ${nameOf(one)}  ${whatOf(old!.get(nameOf(one))!)} → ${whatOf(one)}`),
  ];
  return { lines, new: added.length, gone: gone.length, changed: changed.length };
}

function some(services: readonly Service[], line: (one: Service) => string): string[] {
  const shown = services.slice(0, MOST_LINES).map(line);
  const rest = services.length - shown.length;
  return rest > 0 ? [...shown, `${shown[0]![0]} and ${rest} more`] : shown;
}

function whatOf(service: Service): string {
  if ('addresses' in service) return service.addresses.join(',');
  if ('externalName' in service) return `is ${service.externalName}`;
  const { endpoints } = service;
  if (endpoints.length === 0) return 'headless, without addresses';
  const shown = endpoints.slice(0, 3).map(({ address }) => address);
  return `headless: ${shown.join(',')}${endpoints.length > 3 ? ` and ${endpoints.length - 3} more` : ''}`;
}
