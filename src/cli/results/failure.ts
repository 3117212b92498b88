import type { ErrorKind } from '../../base/errors.ts';

export interface ErrorJson {
  kind: ErrorKind;
  message: string;
  place?: string | undefined;
  expected?: string | undefined;
  next?: string | undefined;
}

/** On stderr, where a verb fails. */
export interface Failure {
  error: ErrorJson;
}
