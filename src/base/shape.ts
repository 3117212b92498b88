/**
 * Where a value that came from elsewhere is not what its reader takes for granted: the path of the first such member,
 * empty for the value itself. Undefined where all of it is.
 */
export type Shape = (value: unknown) => string | undefined;

type Loose = Record<string, unknown>;

export const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value for which this holds. */
export const such =
  (holds: (value: unknown) => boolean): Shape =>
  (value) =>
    holds(value) ? undefined : '';

export const text = such((value) => typeof value === 'string');
export const truth = such((value) => typeof value === 'boolean');
export const time = such((value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)));
export const object = such(isObject);

export const number = (least = -Number.MAX_VALUE, most = Number.MAX_VALUE) =>
  such((value) => typeof value === 'number' && value >= least && value <= most);

export const whole = (least = 0) =>
  such((value) => Number.isSafeInteger(value) && (value as number) >= least);

export const oneOf = (values: readonly unknown[]) => such((value) => values.includes(value));

export const maybe =
  (of: Shape): Shape =>
  (value) =>
    value === undefined ? undefined : of(value);

export const listOf =
  (of: Shape): Shape =>
  (value) =>
    Array.isArray(value) ? first(value.entries(), () => of) : '';

export const mapOf =
  (of: Shape): Shape =>
  (value) =>
    isObject(value) ? first(Object.entries(value), () => of) : '';

/** Members that are not named may be anything. */
export const shaped = (members: Record<string, Shape>): Shape => {
  const names = Object.keys(members);
  return (value) =>
    isObject(value)
      ? first(
          names.map((name) => [name, Object.hasOwn(value, name) ? value[name] : undefined]),
          (name) => members[name]!,
        )
      : '';
};

function first(entries: Iterable<[string | number, unknown]>, of: (name: string) => Shape) {
  for (const [name, value] of entries) {
    const wrong = of(String(name))(value);
    if (wrong !== undefined) return wrong === '' ? String(name) : `${name}.${wrong}`;
  }
  return undefined;
}
