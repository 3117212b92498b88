import { FireaxeError } from '../../base/errors.ts';
import { withoutEcho } from '../echo.ts';
import type { Env } from '../files.ts';
import type { Keys } from './types.ts';

/** Longest wait for one answer of a service that is on this machine or next to it. */
const ANSWER_MS = 2_000;
const RETRIES = 2;

/** It would write to the terminal. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The keys of this machine's role, from the metadata service (IMDSv2 only: version 1 gives them to any request). */
export async function instanceKeys(): Promise<Keys> {
  const { fromInstanceMetadata } = await import('../sdk-metadata.ts');
  const how = { timeout: ANSWER_MS, maxRetries: RETRIES, ec2MetadataV1Disabled: true, logger: SILENT };
  return fromInstanceMetadata(how)().catch((error: Error) => {
    const blocked = error.name === 'InstanceMetadataV1FallbackError';
    throw none(
      'the instance metadata service gives no keys',
      blocked ? 'it gives no token (IMDSv2)' : error.message,
      'a machine of EC2 with an instance profile; in a container, a hop limit of 2',
    );
  });
}

/** The keys that ECS or EKS Pod Identity gives to this container. */
export async function containerKeys(env: Env): Promise<Keys> {
  const { fromHttp } = await import('../sdk-metadata.ts');
  const relative = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  const full = env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  const token = env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const tokenFile = env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  if (!relative && !full)
    throw none(
      'there are no keys of a container',
      'neither AWS_CONTAINER_CREDENTIALS_FULL_URI nor AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set',
      'a task of ECS or a pod with EKS Pod Identity',
    );
  const read = async () =>
    fromHttp({
      timeout: ANSWER_MS,
      maxRetries: RETRIES,
      logger: SILENT,
      // The relative one takes precedence.
      ...(relative
        ? { awsContainerCredentialsRelativeUri: relative }
        : { awsContainerCredentialsFullUri: full! }),
      ...(tokenFile
        ? { awsContainerAuthorizationTokenFile: tokenFile }
        : token
          ? { awsContainerAuthorizationToken: token }
          : {}),
    })();
  return read().catch((error: Error) => {
    throw none('the container gets no keys', error.message, 'a role for the task or the pod');
  });
}

function none(what: string, why: string, expected: string): FireaxeError {
  return new FireaxeError('credentials', `${what}: ${withoutEcho(why)}`, {
    expected,
    next: 'aws sts get-caller-identity    # here; or give a profile with its own keys: --profile NAME',
  });
}
