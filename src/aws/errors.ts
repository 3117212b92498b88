import { formatDuration } from '../base/duration.ts';
import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import type { CloudProfile } from '../kit/types.ts';
import { withoutEcho } from './echo.ts';
import { permissionOf } from './failed-call.ts';
import type { Env } from './files.ts';
import { hostOf } from './hosts.ts';
import { isNotConnected, isTimeout, isUntrusted } from './passing.ts';
import { statementFor } from './policy/statement.ts';
import type { Service } from './services.ts';

/** Error names of SSM, EC2, STS and of the SDK itself that mean: the credentials are refused. */
const EXPIRED = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/;
const WRONG =
  /^(InvalidClientTokenId|UnrecognizedClientException|AuthFailure|InvalidAccessKeyId|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken(Exception)?|OptInRequired)$/;
const FORBIDDEN = /^(AccessDenied(Exception)?|UnauthorizedOperation|NotAuthorized)$/;
const MISSING = /^(CredentialsProviderError|ProviderError)$/;

/** Whether the keys were good once: new ones may be in their source already. */
export function isExpired(error: unknown): boolean {
  return error instanceof Error && EXPIRED.test(error.name) && !clockSkew(error);
}

/** Whether the caller is known but not allowed. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Error && FORBIDDEN.test(error.name);
}

/** The error as one about credentials, with the command that shows it; undefined when it is about something else. */
export function asCredentialsError(error: unknown, profile: CloudProfile): FireaxeError | undefined {
  if (error instanceof FireaxeError) return error.kind === 'credentials' ? error : undefined;
  if (!(error instanceof Error)) return undefined;
  const permission = isForbidden(error) ? permissionOf(error) : undefined;
  const what = EXPIRED.test(error.name)
    ? 'have expired'
    : WRONG.test(error.name)
      ? 'are not accepted'
      : FORBIDDEN.test(error.name)
        ? `do not allow ${permission ?? 'this'}`
        : MISSING.test(error.name)
          ? 'are missing'
          : undefined;
  if (!what) return undefined;
  const skew = EXPIRED.test(error.name) || WRONG.test(error.name) ? clockSkew(error) : undefined;
  if (skew) return skew;
  const whose = profile.profile ? `AWS credentials of profile ${profile.profile}` : 'AWS credentials';
  return new FireaxeError('credentials', `${whose} ${what}: ${withoutEcho(error.message) || error.name}`, {
    place: profile.credentialsFile ?? profile.configFile ?? 'environment',
    next: permission ? `add to their policy: ${statementFor([permission])}` : lookAt(profile),
    cause: error,
  });
}

/** A call that reached no service: what to check, the most likely cause first. */
export function asUnreachable(
  error: unknown,
  service: Service,
  { region }: CloudProfile,
  env: Env,
): FireaxeError | undefined {
  if (!(error instanceof Error) || error instanceof FireaxeError) return undefined;
  const late = isTimeout(error);
  if (!late && !isNotConnected(error)) return undefined;
  const set = [`AWS_ENDPOINT_URL_${service}`, 'AWS_ENDPOINT_URL'].find((name) => env[name]);
  return new FireaxeError(
    'internal',
    late
      ? `${service} in ${region} does not answer: ${error.message.replace(/^.*\[ERROR\] /, '')}`
      : `no connection to ${service} in ${region}: ${error.message}`,
    {
      ...(set ? { place: `${set}=${env[set]}` } : {}),
      expected: isUntrusted(error)
        ? "a certificate that is trusted here (NODE_EXTRA_CA_CERTS=FILE adds a proxy's own)"
        : 'the right region, and a route to it (HTTPS_PROXY is used)',
      next: set ? `unset ${set}` : `curl -sSI https://${hostOf(service, region)}`,
      cause: error,
    },
  );
}

/** From here on AWS refuses a signature for its time. */
const MOST_SKEW_MS = 240_000;

/** A signature that is refused because the clocks differ: the keys are not the cause. */
function clockSkew(error: Error): FireaxeError | undefined {
  const { $response } = error as { $response?: { headers?: Record<string, string> } };
  const ahead = Date.now() - Date.parse($response?.headers?.date ?? '');
  if (!(Math.abs(ahead) > MOST_SKEW_MS)) return undefined;
  const text = `${formatDuration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} AWS's`;
  return new FireaxeError(
    'credentials',
    `the clock here is ${text}, so AWS refuses the signatures: ${withoutEcho(error.message) || error.name}`,
    {
      place: 'clock',
      next: 'date -u; sudo chronyc makestep    # set the clock, then the same again',
      cause: error,
    },
  );
}

/** The same credentials, tried with AWS's own tool. */
export function lookAt(profile: CloudProfile): string {
  return withOurKeys('aws sts get-caller-identity', profile);
}

/** A command of AWS's own tool that can be pasted: with the keys of the kit, which the tool would not find. */
export function withOurKeys(command: string, profile: CloudProfile): string {
  const files = [
    ...(profile.configFile ? [`AWS_CONFIG_FILE=${quote(profile.configFile)}`] : []),
    ...(profile.credentialsFile ? [`AWS_SHARED_CREDENTIALS_FILE=${quote(profile.credentialsFile)}`] : []),
  ];
  const named = profile.profile ? [`--profile ${quote(profile.profile)}`] : [];
  const region = / --region /.test(command) ? [] : [`--region ${quote(profile.region)}`];
  return [...files, command, ...named, ...region].join(' ');
}
