import { FireaxeError } from '../base/errors.ts';

/** Refusals for the pace of calls, by any service. */
export const THROTTLED =
  /^(EC2ThrottledException|Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled(Exception)?|LimitExceeded|RateExceeded|SlowDown|PriorRequestNotComplete)$/;

/** Errors of the name look-up and of connecting: the request was not sent. */
export const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

export interface CallError {
  name?: string;
  code?: string;
  syscall?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number; clockSkewCorrected?: boolean };
}

/** The service did not answer in time: the request may be too large for what it can do now. */
export function isTimeout(error: unknown): boolean {
  return (error as CallError).name === 'TimeoutError';
}

/** The certificate is not trusted here: mostly that of a proxy that intercepts TLS. */
export function isUntrusted(error: unknown): boolean {
  return /CERT|^UNABLE_TO_VERIFY/.test((error as CallError).code ?? '');
}

/** Whether the request was never sent: no answer for the name or the address, or an untrusted certificate. */
export function isNotConnected(error: unknown): boolean {
  const { code, syscall, message = '' } = error as CallError;
  if ((code && NOT_CONNECTED.has(code)) || isUntrusted(error)) return true;
  return syscall === 'connect' || /did not establish a connection/.test(message);
}

/**
 * Whether a failed call may go well later as it stands: throttled, a fault of the service, a lost or unreadable answer.
 * What the service refused for what it says, or for whose it is, will not.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof FireaxeError || error instanceof TypeError) return false;
  const { name = '', $metadata } = error as CallError;
  const status = $metadata?.httpStatusCode;
  // EC2 reports its lack of capacity as a service fault (500). Another type helps sooner than waiting.
  if (/^Insufficient/.test(name)) return false;
  if (THROTTLED.test(name) || status === 408 || status === 429) return true;
  return status === undefined || status >= 500 || status < 400;
}

/** A successful answer that lacks a required part: it was cut on the way, or came from something in between. */
export class HalfAnswer extends Error {
  override name = 'HalfAnswer';

  constructor(operation: string, lacks: string) {
    super(`the answer to ${operation} has no ${lacks}: it was cut, or something in between answered`);
  }
}
