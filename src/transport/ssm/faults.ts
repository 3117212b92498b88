import { withoutEcho } from '../../aws/echo.ts';
import { type CallError, isNotConnected, THROTTLED } from '../../aws/passing.ts';

/** What a failed call means for a command that was on its way. */
export type Fault =
  /** Refused for its pace: nothing was done, may be repeated. */
  | 'throttled'
  /** Refused for one or more of its instances: nothing was done. */
  | 'invalid-instance'
  /** The request never reached the service. */
  | 'not-sent'
  /** Refused for the time of its signature, which is put right by now: nothing was done. */
  | 'clock'
  /** Refused for what it says. */
  | 'rejected'
  /** It may have been carried out. */
  | 'ambiguous';

const OF_THE_CLOCK =
  /^(InvalidSignatureException|SignatureDoesNotMatch|RequestExpired|RequestTimeTooSkewed)$/;

export function faultOf(error: unknown): Fault {
  const { name = '', $metadata } = error as CallError;
  const status = $metadata?.httpStatusCode;
  if (THROTTLED.test(name) || status === 429) return 'throttled';
  if (name === 'InvalidInstanceId') return 'invalid-instance';
  if (isNotConnected(error)) return 'not-sent';
  // The SDK has learned the service's time from this answer: signed by that, the same goes well.
  if ($metadata?.clockSkewCorrected && OF_THE_CLOCK.test(name)) return 'clock';
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) return 'rejected';
  return 'ambiguous';
}

export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Without the name of the SDK's own part.
  const said = withoutEcho(error.message).replace(/^@smithy\S* - \[ERROR\] /, '');
  return said && said !== error.name ? `${error.name}: ${said}` : error.name;
}
