import { CloudError } from '../errors.ts';

/** The flat parameters of a query call, `Filter.1.Value.2` and the like. */
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

/** `TargetGroupArns.member.1` and so on, as services other than EC2 write lists. */
export function membersOf(parameters: QueryParameters, name: string): string[] {
  return listOf(parameters, `${name}.member`);
}

/** A list of records: the parameters of each, without what stands before them. */
export function recordsOf(parameters: QueryParameters, name: string): QueryParameters[] {
  const records: QueryParameters[] = [];
  for (let i = 1; ; i++) {
    const start = `${name}.member.${i}.`;
    const own = [...parameters].filter(([key]) => key.startsWith(start));
    if (own.length === 0) return records;
    records.push(new Map(own.map(([key, value]) => [key.slice(start.length), value])));
  }
}
