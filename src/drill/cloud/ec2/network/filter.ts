import { filtersOf, type QueryParameters } from '../../query/parameters.ts';
import type { Tags } from './world.ts';

/** What a filter may ask of a thing: its values by the filter's name. */
export type Values = Record<string, (string | undefined)[]>;

/** Those that pass every filter of a call. A name that the thing has not passes nothing. */
export function filtered<T>(parameters: QueryParameters, all: T[], valuesOf: (one: T) => Values): T[] {
  const filters = filtersOf(parameters);
  return all.filter((one) => {
    const values = valuesOf(one);
    return filters.every((filter) => {
      const found = values[filter.name] ?? [];
      return filter.values.some((wanted) => found.some((text) => text !== undefined && like(wanted, text)));
    });
  });
}

export function tagValues(tags: Tags): Values {
  return {
    'tag-key': Object.keys(tags),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tag:${key}`, [value]])),
  };
}

export function tagSet(tags: Tags): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

function like(wanted: string, text: string): boolean {
  const pattern = wanted
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${pattern}$`, 's').test(text);
}
