import type { CloudFiles, Env } from './files.ts';
import { HOST_NAMES, type Service } from './services.ts';

/** Which of a service's own endpoints is asked, where none is configured. */
export interface Endpoints {
  useFipsEndpoint: boolean;
  useDualstackEndpoint: boolean;
}

/** As AWS's own tools have it: the environment, then the profile. The SDK would not look into the kit's files. */
export function endpointsOf({ config, profile }: CloudFiles, env: Env): Endpoints {
  const section = config[profile ?? env.AWS_PROFILE ?? 'default'] ?? {};
  const isSet = (name: string) => /^true$/i.test(env[`AWS_${name.toUpperCase()}`] ?? section[name] ?? '');
  return {
    useFipsEndpoint: isSet('use_fips_endpoint'),
    useDualstackEndpoint: isSet('use_dualstack_endpoint'),
  };
}

/** Domains by the beginning of a region: for IPv4, and for both. */
const DOMAINS: [string, string, string][] = [
  ['cn-', 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'],
  ['us-iso-', 'c2s.ic.gov', 'api.aws.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov', 'api.aws.scloud'],
  ['', 'amazonaws.com', 'api.aws'],
];

const NEITHER: Endpoints = { useFipsEndpoint: false, useDualstackEndpoint: false };

/** The host of a service where no endpoint is configured. */
export function hostOf(service: Service, region: string, endpoints: Endpoints = NEITHER): string {
  const [, domain, both] = DOMAINS.find(([start]) => region.startsWith(start))!;
  const { useFipsEndpoint: fips, useDualstackEndpoint: dual } = endpoints;
  const name = HOST_NAMES[service];
  // Route 53 has one endpoint for all regions.
  const labels =
    service === 'ROUTE_53'
      ? [fips ? `${name}-fips` : name, ...(dual ? ['global'] : [])]
      : service === 'EKS' && fips
        ? ['fips', name, region]
        : [fips ? `${name}-fips` : name, region];
  return [...labels, dual ? both : domain].join('.');
}
