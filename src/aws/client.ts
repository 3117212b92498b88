import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { credentialsFor } from './credentials.ts';
import { type CloudFiles, cloudFiles, type Env, endpointFor } from './files.ts';
import { endpointsOf } from './hosts.ts';
import { httpTo } from './http.ts';
import { traceCalls } from './trace.ts';

/**
 * A client for SSM. It makes one attempt a call: a repeated SendCommand would run a command twice,
 * so the caller retries: it knows what may be repeated.
 */
export async function ssmClient(
  profile: CloudProfile,
  env: Env = process.env,
  onTrace?: OnTrace,
): Promise<SSMClient> {
  quietSdk();
  const [{ SSMClient }, files] = await Promise.all([import('./sdk-ssm.ts'), cloudFiles(profile, env)]);
  const client = new SSMClient({ ...common('SSM', profile, files, env, onTrace), maxAttempts: 1 });
  if (onTrace) client.middlewareStack.use(traceCalls(onTrace));
  return client;
}

/** A client for EC2, whose calls that Fireaxe uses may all be repeated; the long waits are `patient`'s. */
export async function ec2Client(
  profile: CloudProfile,
  env: Env = process.env,
  onTrace?: OnTrace,
  maxAttempts = 3,
): Promise<EC2Client> {
  quietSdk();
  const [{ EC2Client }, files] = await Promise.all([import('./sdk-ec2.ts'), cloudFiles(profile, env)]);
  const client = new EC2Client({ ...common('EC2', profile, files, env, onTrace), maxAttempts });
  if (onTrace) client.middlewareStack.use(traceCalls(onTrace));
  return client;
}

function common(
  service: 'SSM' | 'EC2',
  profile: CloudProfile,
  files: CloudFiles,
  env: Env,
  onTrace: OnTrace | undefined,
) {
  const endpoint = endpointFor(service, files, env);
  const endpoints = endpointsOf(files, env);
  return {
    region: profile.region,
    credentials: credentialsFor(profile, files, env, onTrace),
    // `auto` would ask the instance metadata service where it runs.
    defaultsMode: 'standard' as const,
    requestHandler: httpTo(service, endpoint, profile.region, env, endpoints),
    // The SDK refuses both together.
    ...(endpoint === undefined
      ? endpoints
      : { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false }),
  };
}

/** The SDK's notices about Node's version do not help in an outage. */
function quietSdk(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
}
