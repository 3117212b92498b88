/** What a state or code means, and what to do about it. docs/outcomes.md shows both. */
export interface Explained {
  means: string;
  next: string;
}

/** One entry of a table of codes. */
export const code = (means: string, next: string): Explained => ({ means, next });

/** The name of an error of a cloud's SDK, such as `InsufficientInstanceCapacity`: the cloud's word, in none of the tables. */
export type CloudErrorName = string & { readonly from: 'cloud' };

export const cloudErrorName = (error: unknown): CloudErrorName =>
  (error instanceof Error ? error.name : 'fault') as CloudErrorName;
