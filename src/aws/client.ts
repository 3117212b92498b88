import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { credentialsFor } from './credentials.ts';
import { nameFailedCalls } from './failed-call.ts';
import { type CloudFiles, cloudFiles, type Env } from './files.ts';
import { placeOf } from './http.ts';
import type { Service } from './services.ts';
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
  const load = async () => (await import('./sdk-ssm.ts')).SSMClient;
  return serviceClient('SSM', load, { profile, env, onTrace, maxAttempts: 1 });
}

/** A client for EC2, whose calls that Fireaxe uses may all be repeated; the long waits are `patient`'s. */
export async function ec2Client(
  profile: CloudProfile,
  env: Env = process.env,
  onTrace?: OnTrace,
  maxAttempts = 3,
): Promise<EC2Client> {
  const load = async () => (await import('./sdk-ec2.ts')).EC2Client;
  return serviceClient('EC2', load, { profile, env, onTrace, maxAttempts });
}

export interface ClientOptions {
  profile: CloudProfile;
  env?: Env | undefined;
  onTrace?: OnTrace | undefined;
  /** More than one only where every call that is made may be repeated. */
  maxAttempts?: number | undefined;
}

type ClientClass<C> = new (configuration: ReturnType<typeof common> & { maxAttempts: number }) => C;

/** A client of any service, with the settings that all share; `load` imports its part of the SDK. */
export async function serviceClient<C extends { middlewareStack: object }>(
  service: Service,
  load: () => Promise<ClientClass<C>>,
  { profile, env = process.env, onTrace, maxAttempts = 3 }: ClientOptions,
): Promise<C> {
  const [Client, files] = await Promise.all([load(), cloudFiles(profile, env)]);
  const client = new Client({ ...common(service, profile, files, env, onTrace), maxAttempts });
  const { middlewareStack: stack } = client as { middlewareStack: { use?(plugin: object): void } };
  stack.use?.(nameFailedCalls);
  if (onTrace) stack.use?.(traceCalls(onTrace));
  return client;
}

function common(
  service: Service,
  profile: CloudProfile,
  files: CloudFiles,
  env: Env,
  onTrace: OnTrace | undefined,
) {
  return {
    ...placeOf(service, profile.region, { files, env }),
    credentials: credentialsFor(profile, env, onTrace),
  };
}
