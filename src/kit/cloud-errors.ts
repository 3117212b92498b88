import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import type { CloudProfile } from './types.ts';

/** Error names of SSM, EC2, STS and of the SDK itself that mean: these keys do not open this door. */
const EXPIRED = /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/;
const WRONG =
  /^(InvalidClientTokenId|UnrecognizedClientException|AuthFailure|InvalidAccessKeyId|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken(Exception)?|OptInRequired)$/;
const FORBIDDEN = /^(AccessDenied(Exception)?|UnauthorizedOperation|NotAuthorized)$/;
const MISSING = /^(CredentialsProviderError|ProviderError)$/;

/** The error as one about credentials, with the command that shows it; undefined when it is about something else. */
export function asCredentialsError(error: unknown, profile: CloudProfile): FireaxeError | undefined {
  if (error instanceof FireaxeError) return error.kind === 'credentials' ? error : undefined;
  if (!(error instanceof Error)) return undefined;
  const what = EXPIRED.test(error.name)
    ? 'have expired'
    : WRONG.test(error.name)
      ? 'are not accepted'
      : FORBIDDEN.test(error.name)
        ? 'do not allow this'
        : MISSING.test(error.name)
          ? 'are missing'
          : undefined;
  if (!what) return undefined;
  const whose = profile.profile ? `AWS credentials of profile ${profile.profile}` : 'AWS credentials';
  return new FireaxeError('credentials', `${whose} ${what}: ${error.message || error.name}`, {
    place: profile.credentialsFile ?? profile.configFile ?? 'environment',
    next: lookAt(profile),
    cause: error,
  });
}

/** The same credentials, tried with AWS's own tool. */
function lookAt(profile: CloudProfile): string {
  const files = [
    ...(profile.configFile ? [`AWS_CONFIG_FILE=${quote(profile.configFile)}`] : []),
    ...(profile.credentialsFile ? [`AWS_SHARED_CREDENTIALS_FILE=${quote(profile.credentialsFile)}`] : []),
  ];
  const named = profile.profile ? [`--profile ${quote(profile.profile)}`] : [];
  return [...files, 'aws sts get-caller-identity', ...named, `--region ${quote(profile.region)}`].join(' ');
}
