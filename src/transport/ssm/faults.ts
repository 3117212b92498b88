/** What a failed call means for a command that was on its way. */
export type Fault =
  /** Refused for its pace: nothing was done, may be repeated. */
  | 'throttled'
  /** Refused for one or more of its instances: nothing was done. */
  | 'invalid-instance'
  /** The request never reached the service. */
  | 'not-sent'
  /** Refused for what it says. */
  | 'rejected'
  /** It may have been carried out. */
  | 'ambiguous';

const THROTTLED =
  /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled(Exception)?|LimitExceeded|RateExceeded)$/;

/** Errors of the name look-up and of connecting: the request cannot have left. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

export function faultOf(error: unknown): Fault {
  const {
    name = '',
    code,
    syscall,
    message = '',
    $metadata,
  } = error as {
    name?: string;
    code?: string;
    syscall?: string;
    message?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  if (THROTTLED.test(name) || status === 429) return 'throttled';
  if (name === 'InvalidInstanceId') return 'invalid-instance';
  if (code && NOT_CONNECTED.has(code)) return 'not-sent';
  if (syscall === 'connect' || /did not establish a connection/.test(message)) return 'not-sent';
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) return 'rejected';
  return 'ambiguous';
}

export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message && error.message !== error.name ? `${error.name}: ${error.message}` : error.name;
}
