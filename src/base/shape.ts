/** Whether a value that came from elsewhere is what its reader takes for granted. */
export type Is = (value: unknown) => boolean;

type Loose = Record<string, unknown>;

export const isText: Is = (value) => typeof value === 'string';
export const isTruth: Is = (value) => typeof value === 'boolean';
export const isTime: Is = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
export const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isWhole =
  (least = 0, most = Number.MAX_SAFE_INTEGER): Is =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;

export const isOneOf =
  (values: readonly unknown[]): Is =>
  (value) =>
    values.includes(value);

export const isList =
  (of: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(of);

export const isMap =
  (of: Is): Is =>
  (value) =>
    isObject(value) && Object.values(value).every(of);

export const maybe =
  (is: Is): Is =>
  (value) =>
    value === undefined || is(value);

/** Members that are not named may be anything. */
export const isShaped =
  (members: Record<string, Is>): Is =>
  (value) =>
    isObject(value) && Object.entries(members).every(([name, is]) => is(own(value, name)));

const own = (value: Loose, name: string) => (Object.hasOwn(value, name) ? value[name] : undefined);
