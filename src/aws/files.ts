import { FireaxeError } from '../base/errors.ts';
import type { CloudProfile } from '../kit/types.ts';
import type { Service } from './services.ts';

export type Env = Record<string, string | undefined>;
export type Section = Record<string, string | undefined>;

/** What the AWS config and credentials files say, the kit's own before the user's. */
export interface CloudFiles {
  /** Profile that is used; undefined when the environment's own keys are. */
  profile: string | undefined;
  /** Sections of the config file: profiles by name, and `services.<name>`. */
  config: Record<string, Section>;
  /** Profiles with what both files say of them. */
  profiles: Record<string, Section>;
}

/**
 * A profile that the kit names is used whatever the environment says.
 * Without one: keys in the environment, then AWS_PROFILE, then `default`.
 */
export async function cloudFiles(profile: CloudProfile, env: Env): Promise<CloudFiles> {
  const { loadSharedConfigFiles } = await import('./sdk-files.ts');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({
    ...paths(profile),
    ignoreCache: true,
  });
  const profiles: Record<string, Section> = {};
  for (const file of [configFile, credentialsFile])
    for (const [name, section] of Object.entries(file)) profiles[name] = { ...profiles[name], ...section };
  const keys = env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY;
  const used = profile.profile ?? (keys ? undefined : (env.AWS_PROFILE ?? 'default'));
  return { profile: used, config: configFile, profiles };
}

export function paths(profile: CloudProfile): { filepath?: string; configFilepath?: string } {
  return {
    ...(profile.credentialsFile ? { filepath: profile.credentialsFile } : {}),
    ...(profile.configFile ? { configFilepath: profile.configFile } : {}),
  };
}

/**
 * The endpoint that was configured, in the order that AWS tools share: the service's variable, the general variable,
 * the profile's `services` section, the profile's `endpoint_url`. The SDK itself would not look into the kit's files.
 */
export function endpointFor(service: Service, files: CloudFiles, env: Env): string | undefined {
  const section = files.config[files.profile ?? env.AWS_PROFILE ?? 'default'] ?? {};
  const ignore = env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS ?? section.ignore_configured_endpoint_urls;
  if (ignore === 'true') return undefined;
  for (const name of [`AWS_ENDPOINT_URL_${service}`, 'AWS_ENDPOINT_URL'])
    if (env[name]) return endpoint(env[name], name);
  if (section.services) {
    const services = files.config[`services.${section.services}`];
    if (!services)
      throw new FireaxeError('usage', `no section [services ${section.services}] in the AWS config file`, {
        next: 'add the section, or take `services` out of the profile',
      });
    const own = services[`${service.toLowerCase()}.endpoint_url`];
    if (own) return endpoint(own, `endpoint_url of ${service} in [services ${section.services}]`);
  }
  return section.endpoint_url === undefined
    ? undefined
    : endpoint(section.endpoint_url, `endpoint_url of profile ${files.profile ?? 'default'}`);
}

/** The SDK would crash on an invalid one. */
function endpoint(typed: string, place: string): string {
  if (/^https?:\/\//i.test(typed) && URL.canParse(typed)) return typed;
  throw new FireaxeError('usage', `not an endpoint: ${typed}`, {
    place,
    expected: 'an address such as https://ec2.us-west-2.amazonaws.com',
  });
}
