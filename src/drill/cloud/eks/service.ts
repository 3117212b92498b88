import { CloudError } from '../errors.ts';
import type { CloudService, ServiceDeps } from '../service.ts';
import { begin, updateValue } from './updates.ts';
import { arnOf, type EksCluster, OPEN } from './world.ts';

const TYPE = 'application/json';

/** Simulated EKS (REST with JSON): the tier of a control plane, who reaches it, and its tags. */
export function eks({ world, faults }: Pick<ServiceDeps, 'world' | 'faults'>): CloudService {
  const found = (is: (one: EksCluster) => boolean, name: string): EksCluster => {
    const one = world.eks?.find(is);
    if (!one) throw new CloudError('ResourceNotFoundException', `No cluster found for name: ${name}.`, 404);
    return one;
  };
  const named = (name: string) => found((one) => one.name === name, name);
  const tagged = (path: string) => {
    const arn = decodeURIComponent(path.slice('/tags/'.length));
    return found((one) => arnOf(one) === arn, arn);
  };
  return {
    read({ method, url, body }) {
      const [, root, name = '', part, id = ''] = url.pathname.split('/');
      const call = (operation: string, answer: () => object) => ({
        operation,
        answer: async () => ({ type: TYPE, body: JSON.stringify(answer()) }),
      });
      if (root === 'tags' && method === 'POST')
        return call('TagResource', () => {
          const cluster = tagged(url.pathname);
          cluster.tags = { ...cluster.tags, ...JSON.parse(body).tags };
          return {};
        });
      if (root === 'tags')
        return call('UntagResource', () => {
          const { tags = {} } = tagged(url.pathname);
          for (const key of url.searchParams.getAll('tagKeys')) delete tags[key];
          return {};
        });
      if (method === 'POST' && part === 'update-config')
        return call('UpdateClusterConfig', () =>
          begin(named(name), JSON.parse(body), faults.failingUpdates.has(name)),
        );
      if (part === 'updates') return call('DescribeUpdate', () => updateValue(named(name), id));
      if (name === '')
        return call('ListClusters', () => ({ clusters: world.eks?.map((one) => one.name) ?? [] }));
      return call('DescribeCluster', () => ({ cluster: clusterValue(named(name)) }));
    },
    failure: ({ code, message }) => ({ type: TYPE, body: JSON.stringify({ code, message }) }),
    throttled: () => new CloudError('ThrottlingException', 'Rate exceeded', 429),
    skewed: (signedAt) => new CloudError('InvalidSignatureException', `Signature expired: ${signedAt}`, 403),
  };
}

function clusterValue(cluster: EksCluster) {
  const { name, status, tier, tags = {}, access = OPEN } = cluster;
  return {
    name,
    arn: arnOf(cluster),
    status,
    tags,
    resourcesVpcConfig: {
      endpointPublicAccess: access.publicToo,
      endpointPrivateAccess: access.privateToo,
      publicAccessCidrs: access.cidrs,
    },
    ...(tier !== undefined && { controlPlaneScalingConfig: { tier } }),
  };
}
