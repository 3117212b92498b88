import { FireaxeError } from '../base/errors.ts';

/** Refusals for the pace of calls, by any service. */
export const THROTTLED =
  /^(EC2ThrottledException|Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled(Exception)?|LimitExceeded|RateExceeded|SlowDown)$/;

/** Errors of the name look-up and of connecting: the request cannot have left. */
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

/** The far end is not who it says, as far as this machine can tell: a proxy that opens TLS, mostly. */
export function isUntrusted(error: unknown): boolean {
  return /CERT|^UNABLE_TO_VERIFY/.test((error as CallError).code ?? '');
}

/** Whether the request never left: nobody answered the name or the address, or who did was not trusted. */
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
  // EC2 calls its own want of machines a fault of the service (500). Waiting is one way out, another type is the better one.
  if (/^Insufficient/.test(name)) return false;
  if (THROTTLED.test(name) || status === 408 || status === 429) return true;
  return status === undefined || status >= 500 || status < 400;
}

/** An answer that says "done" and lacks what it must have: half of it was lost on the way, or it is somebody else's. */
export class HalfAnswer extends Error {
  override name = 'HalfAnswer';

  constructor(operation: string, lacks: string) {
    super(`the answer to ${operation} has no ${lacks}: it was cut, or something in between answered`);
  }
}
