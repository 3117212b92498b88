import { FireaxeError } from '../../base/errors.ts';
import type { CloudProfile, KeySource } from '../../kit/types.ts';
import type { CloudFiles, Section } from '../files.ts';

interface Need {
  why: string;
  /** What lets the kit allow it; absent where nothing does. */
  source?: KeySource;
}

/** Settings of a profile that need something which an emergency may have taken away. */
const FRAGILE: Record<string, Need> = {
  sso_session: { why: 'signs in through SSO', source: 'sso' },
  sso_start_url: { why: 'signs in through SSO', source: 'sso' },
  login_session: { why: 'signs in through a browser' },
  web_identity_token_file: { why: 'needs an identity provider', source: 'web-identity' },
  mfa_serial: { why: 'asks for a one-time code', source: 'mfa' },
};
const METADATA: Record<string, KeySource> = {
  Ec2InstanceMetadata: 'instance-metadata',
  EcsContainer: 'container',
};

/** Refuses a profile, or one that it takes its keys from, that depends on what the kit does not allow by name. */
export function refuseFragile(name: string, files: CloudFiles, { allow = [] }: CloudProfile): void {
  for (const link of linksOf(name, files))
    for (const { why, source } of needsOf(files.profiles[link]!)) {
      if (source && allow.includes(source)) continue;
      throw new FireaxeError('credentials', `AWS profile ${link} ${why}`, {
        expected: 'keys, credential_process or role_arn with source_profile',
        next:
          "put a profile with its own keys for emergencies into the kit's aws/credentials, and name it under cloud: in kit.yaml" +
          (source
            ? `; or accept that it may be down: cloud: { allow: [${source}] }, or --profile ${name} for one command`
            : ''),
      });
    }
}

/** Whether a profile, or one that it takes its keys from, asks for a one-time code. */
export function asksForCode(name: string, files: CloudFiles): boolean {
  return linksOf(name, files).some((link) => files.profiles[link]!.mfa_serial !== undefined);
}

/** The profile, the one that it takes its keys from, and so on. */
export function linksOf(name: string, { profiles }: CloudFiles): string[] {
  const links: string[] = [];
  for (let at: string | undefined = name; at && profiles[at] && !links.includes(at); )
    at = profiles[links[links.push(at) - 1]!]!.source_profile;
  return links;
}

function needsOf(section: Section): Need[] {
  const needs = Object.keys(FRAGILE).flatMap((key) => (section[key] === undefined ? [] : [FRAGILE[key]!]));
  const from = section.credential_source;
  if (!from || from === 'Environment') return needs;
  const source = METADATA[from];
  return [...needs, { why: `takes its keys from ${from}`, ...(source ? { source } : {}) }];
}
