import type { Env } from './files.ts';
import { type Endpoints, hostOf, type Service } from './hosts.ts';
import { proxyAgent } from './proxy.ts';

/** Longest wait for a connection, and for one answer. */
const CONNECT_MS = 5_000;
const ANSWER_MS = 20_000;

/** How a service of AWS is asked: with bounds, and through the proxy where one is meant. */
export function httpTo(
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
