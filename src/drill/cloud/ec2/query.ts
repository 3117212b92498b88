import { CloudError } from '../errors.ts';

/** The flat parameters of an EC2 query call, `Filter.1.Value.2` and the like. */
export type QueryParameters = Map<string, string>;

export function readQuery(body: string): { action: string; parameters: QueryParameters } {
  const parameters: QueryParameters = new Map(new URLSearchParams(body));
  return { action: parameters.get('Action') ?? '', parameters };
}

/** `InstanceId.1`, `InstanceId.2`, … in order. */
export function listOf(parameters: QueryParameters, name: string): string[] {
  const values: string[] = [];
  for (let i = 1; parameters.has(`${name}.${i}`); i++) values.push(parameters.get(`${name}.${i}`)!);
  return values;
}

export function filtersOf(parameters: QueryParameters): { name: string; values: string[] }[] {
  const filters: { name: string; values: string[] }[] = [];
  for (let i = 1; parameters.has(`Filter.${i}.Name`); i++) {
    filters.push({
      name: parameters.get(`Filter.${i}.Name`)!,
      values: listOf(parameters, `Filter.${i}.Value`),
    });
  }
  return filters;
}

export function required(parameters: QueryParameters, name: string): string {
  const value = parameters.get(name);
  if (!value) throw new CloudError('MissingParameter', `The request must contain the parameter ${name}`);
  return value;
}
