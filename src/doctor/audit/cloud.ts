import { type CloudFiles, type Env, endpointFor } from '../../aws/files.ts';
import { endpointsOf, hostOf } from '../../aws/hosts.ts';
import { linksOf } from '../../aws/keys/allowed.ts';
import { proxyTo } from '../../aws/proxy.ts';
import type { Service } from '../../aws/services.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { type Command, commandParts } from './command.ts';
import type { Places } from './places.ts';
import { scriptsOf } from './scripts.ts';
import { type Fault, joined, type Need, type Parts } from './types.ts';
import { wordsOf } from './words.ts';

const OWN_KEYS =
  'put keys that need nothing into aws/credentials of the kit, and name their profile under cloud:';
const TOKENS = /\/(var\/)?run\/secrets\/(kubernetes\.io|eks\.amazonaws\.com|pods\.eks\.amazonaws\.com)\//;

/** What a cluster needs to reach its cloud: endpoints, the proxy before them, and where its keys come from. */
export async function cloudParts(
  { name, cloud, via }: Pick<ClusterKit, 'name' | 'cloud' | 'via'>,
  files: CloudFiles,
  env: Env,
  places: Places,
): Promise<Parts> {
  if (!cloud) return { needs: [], faults: [] };
  const clusters = [name];
  const links = files.profile === undefined ? [] : linksOf(files.profile, files);
  const sections = links.map((link) => ({ link, section: files.profiles[link]! }));
  const assumes = sections.some(({ section }) => section.role_arn !== undefined);
  const services: Service[] = [
    'EC2',
    ...(via.includes('ssm') ? ['SSM' as const] : []),
    ...(assumes ? ['STS' as const] : []),
  ];
  const needs = services.map((service) => endpointNeed(service, clusters, cloud.region, files, env));

  const faults: Fault[] = [];
  const commands: Command[] = [];
  for (const [at, { link, section }] of sections.entries()) {
    const chain = links.slice(0, at + 1).map((one) => `AWS profile ${one}`);
    const { credential_process: text, web_identity_token_file: token } = section;
    const sso = section.sso_start_url ?? files.config[`sso-session.${section.sso_session}`]?.sso_start_url;
    if (text !== undefined) {
      const words = wordsOf(text);
      const scripts = await scriptsOf(words, env.PATH ?? '');
      commands.push({
        clusters,
        chain: [...chain, `credential_process ${words[0]}`],
        words,
        scripts,
        mend: OWN_KEYS,
      });
    }
    if (token !== undefined) faults.push(...tokenFaults(token, clusters, chain));
    if (sso !== undefined) {
      faults.push({
        clusters,
        chain: [...chain, sso],
        state: 'amber',
        what: `AWS profile ${link} signs in at ${sso}, which must be up`,
        mend: OWN_KEYS,
      });
      if (URL.canParse(sso))
        needs.push({ clusters, chain: [...chain, 'SSO'], host: new URL(sso).hostname, mend: OWN_KEYS });
    }
  }
  const { AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_CONTAINER_CREDENTIALS_FULL_URI: uri } = env;
  const { allow = [], profile } = cloud;
  if (profile === undefined && token && allow.includes('web-identity'))
    faults.push(...tokenFaults(token, clusters, ['AWS_WEB_IDENTITY_TOKEN_FILE']));
  if (profile === undefined && uri && allow.includes('container') && URL.canParse(uri))
    needs.push({
      clusters,
      chain: ['AWS_CONTAINER_CREDENTIALS_FULL_URI'],
      host: plain(new URL(uri)),
      mend: OWN_KEYS,
    });
  return joined([{ needs, faults }, ...commands.map((command) => commandParts(command, places))]);
}

/** The proxy, where there is one, looks up the name of the service itself. */
function endpointNeed(
  service: Service,
  clusters: string[],
  region: string,
  files: CloudFiles,
  env: Env,
): Need {
  const endpoint = endpointFor(service, files, env);
  const usual = hostOf(service, region, endpointsOf(files, env));
  const proxy = endpoint?.startsWith('http:') ? undefined : proxyTo(endpoint, usual, env);
  const host = endpoint === undefined ? usual : plain(new URL(endpoint));
  if (proxy)
    return {
      clusters,
      chain: ['HTTPS_PROXY'],
      host: plain(proxy),
      mend: 'use a proxy outside of every cluster, or unset HTTPS_PROXY',
    };
  return {
    clusters,
    chain: [`the ${service} endpoint`],
    host,
    mend: 'use an endpoint that is outside of every cluster and whose name resolves here',
  };
}

function tokenFaults(token: string, clusters: string[], chain: string[]): Fault[] {
  const ofPod = TOKENS.test(token);
  const what = ofPod
    ? `${token} is written by the kubelet of a pod`
    : `${token} is renewed by an identity provider, which must be up`;
  const end = ofPod ? ['a pod of a cluster'] : ['an identity provider'];
  return [
    { clusters, chain: [...chain, token, ...end], state: ofPod ? 'red' : 'amber', what, mend: OWN_KEYS },
  ];
}

const plain = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
