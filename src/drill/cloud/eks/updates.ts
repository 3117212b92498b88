import { CloudError } from '../errors.ts';
import { type EksAccess, type EksCluster, OPEN } from './world.ts';

/** From accepted to active again. */
const UPDATE_MS = 20;
const MOST_CIDRS = 40;

interface Asked {
  clientRequestToken?: string;
  controlPlaneScalingConfig?: { tier?: string };
  resourcesVpcConfig?: {
    endpointPrivateAccess?: boolean;
    endpointPublicAccess?: boolean;
    publicAccessCidrs?: string[];
  };
}

export function updateValue({ updates = {} }: EksCluster, id: string) {
  const { status, type } = updates[id] ?? { status: 'Failed', type: 'VersionUpdate' };
  const errors = status === 'Failed' ? [{ errorCode: 'Unknown', errorMessage: 'no capacity' }] : [];
  return { update: { id, status, type, errors } };
}

/** The same token answers with the same update. */
export function begin(cluster: EksCluster, asked: Asked, fails: boolean) {
  const { clientRequestToken: token = '' } = asked;
  cluster.updates ??= {};
  const known = Object.entries(cluster.updates).find(([, update]) => update.token === token);
  if (known) return updateValue(cluster, known[0]);
  if (cluster.status !== 'ACTIVE')
    throw new CloudError('ResourceInUseException', `Cannot update ${cluster.name}: it is updating.`, 409);
  const { type, carryOut } = asked.resourcesVpcConfig ? access(cluster, asked) : tier(cluster, asked);
  const id = `update-${Object.keys(cluster.updates).length + 1}`;
  const update = { status: 'InProgress', token, type };
  cluster.updates[id] = update;
  cluster.status = 'UPDATING';
  setTimeout(() => {
    cluster.status = 'ACTIVE';
    update.status = fails ? 'Failed' : 'Successful';
    if (!fails) carryOut();
  }, UPDATE_MS).unref();
  return updateValue(cluster, id);
}

const invalid = (message: string) => new CloudError('InvalidParameterException', message);

function tier(cluster: EksCluster, { controlPlaneScalingConfig: { tier: to } = {} }: Asked) {
  if (!to || to === (cluster.tier ?? 'standard')) throw invalid('The tier is that of the cluster already.');
  const carryOut = () => {
    cluster.tier = to;
  };
  return { type: 'ControlPlaneScalingConfigUpdate', carryOut };
}

/** What is not given stays as it is. */
function access(cluster: EksCluster, { resourcesVpcConfig = {} }: Asked) {
  const { endpointPrivateAccess, endpointPublicAccess, publicAccessCidrs } = resourcesVpcConfig;
  const now = cluster.access ?? OPEN;
  const next: EksAccess = {
    privateToo: endpointPrivateAccess ?? now.privateToo,
    publicToo: endpointPublicAccess ?? now.publicToo,
    cidrs: publicAccessCidrs?.length === 0 ? OPEN.cidrs : (publicAccessCidrs ?? now.cidrs),
  };
  const reserved = next.cidrs.filter((cidr) =>
    /^(10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(cidr),
  );
  if (reserved.length > 0) throw invalid(`The following CIDRs are invalid in publicAccessCidrs: ${reserved}`);
  if (next.cidrs.length > MOST_CIDRS)
    throw new CloudError('InvalidParameterException', `More than ${MOST_CIDRS} CIDRs in publicAccessCidrs`);
  if (JSON.stringify(next) === JSON.stringify(now))
    throw invalid('Cluster is already at the desired configuration.');
  const carryOut = () => {
    cluster.access = next;
  };
  return { type: 'EndpointAccessUpdate', carryOut };
}
