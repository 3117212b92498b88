import type { Instance } from '@aws-sdk/client-ec2';
import type { Ec2Api } from '../aws/ec2-api.ts';
import { networkApi } from '../aws/network-api.ts';
import { READERS_PATIENCE } from '../aws/patience.ts';
import { statementFor } from '../aws/policy/statement.ts';
import { FireaxeError } from '../base/errors.ts';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import type { Judged } from './types.ts';

type Env = Record<string, string | undefined>;

const NETWORK_MS = 20_000;
/** Of an entry that is never made. */
const ENTRY = { number: 1, action: 'deny', port: 6443, source: { CidrBlock: '192.0.2.0/24' } } as const;

/** Which calls on one instance, and in its network, the keys do not allow. By DryRun: EC2 does nothing. */
export async function checkPermissions(
  instance: Instance,
  ec2: Ec2Api,
  { cloud, env, onTrace, signal }: { cloud: CloudProfile; env: Env; onTrace: OnTrace; signal: AbortSignal },
): Promise<Judged[]> {
  const { InstanceId: id, InstanceType: type = 'm5.large', SubnetId: subnet } = instance;
  const refused = [...(await ec2.mayNotStop(id!, signal)), ...(await ec2.notAllowed(id!, type, signal))];
  const found = [judged([...new Set(refused)], `stop, start, retype and tag ${id}`, 'scale and shrink')];
  if (subnet === undefined) return found;
  const network = await networkApi(cloud, { ...READERS_PATIENCE, forMs: NETWORK_MS, signal }, env, onTrace);
  try {
    const [acl] = await network.acls({ 'association.subnet-id': [subnet] });
    const { NetworkAclId: list } = acl ?? {};
    if (list === undefined) return found;
    const calls = await network.notAllowed({
      CreateNetworkAclEntry: (dry) => network.createEntry({ acl: list, ...ENTRY }, dry),
      DeleteNetworkAclEntry: (dry) => network.deleteEntry(list, ENTRY.number, dry),
      CreateTags: (dry) => network.tag(list, { 'fireaxe:run': 'dry-run' }, dry),
      DeleteTags: (dry) => network.untag(list, ['fireaxe:run'], dry),
    });
    return [...found, judged(calls, `change the entries of ${list}`, 'fence --at network')];
  } catch (error) {
    if (!(error instanceof FireaxeError)) throw error;
    const { message: what, next } = error;
    return [
      ...found,
      { state: 'red', what: `fence --at network: ${what}`, ...(next !== undefined && { next }) },
    ];
  } finally {
    network.close();
  }
}

function judged(refused: string[], all: string, verbs: string): Judged {
  if (refused.length === 0) return { state: 'green', what: `EC2 would let us ${all} (DryRun)` };
  return {
    state: 'red',
    what: `the AWS keys do not allow ${refused.join(', ')} (DryRun): ${verbs} would be refused`,
    next: `add to their policy: ${statementFor(refused)}`,
  };
}
