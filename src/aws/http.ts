import { type CloudFiles, type Env, endpointFor } from './files.ts';
import { type Endpoints, endpointsOf, hostOf } from './hosts.ts';
import { proxyAgent } from './proxy.ts';
import type { Service } from './services.ts';

/** Longest wait for a connection, and for one answer. */
const CONNECT_MS = 5_000;
const ANSWER_MS = 20_000;

/** How a service of AWS is asked: with bounds, and through the proxy where one is meant. */
function httpTo(
  service: Service,
  endpoint: string | undefined,
  region: string,
  env: Env,
  endpoints: Endpoints,
) {
  const httpsAgent = proxyAgent(endpoint, hostOf(service, region, endpoints), env);
  return {
    connectionTimeout: CONNECT_MS,
    requestTimeout: ANSWER_MS,
    throwOnRequestTimeout: true,
    ...(httpsAgent ? { httpsAgent } : {}),
  };
}

/** Where a service is asked in a region, and how: what all clients share. */
export function placeOf(service: Service, region: string, { files, env }: { files: CloudFiles; env: Env }) {
  quietSdk();
  const endpoint = endpointFor(service, files, env);
  const endpoints = endpointsOf(files, env);
  return {
    region,
    // `auto` would ask the instance metadata service where it runs.
    defaultsMode: 'standard' as const,
    requestHandler: httpTo(service, endpoint, region, env, endpoints),
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
