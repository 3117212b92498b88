import { instanceId } from '../drill/cloud/fake-world.ts';
import { fleetOf, makeKit, NODES } from '../kit/make-kit.ts';

/** A kit whose cluster c1 is in the cloud at this endpoint: cp-1, n1 and n2 are the instances 0, 1 and 2. */
export function cloudKit(
  endpoint: string,
  more: { kit?: string; cloud?: object; files?: Record<string, string> } = {},
): string {
  const nodes = NODES.map((node, n) => ({ ...node, instanceId: instanceId(n) }));
  return makeKit({
    'kit.yaml': `schemaVersion: 1
clusters:
  c1:
    ssh: { user: core, identity: keys/id }
    cloud: ${JSON.stringify({ profile: 'lab', region: 'us-west-2', ...more.cloud })}
${more.kit ?? ''}`,
    'fleet/c1.json': JSON.stringify(fleetOf(nodes)),
    'aws/config': `[profile lab]\nregion = us-west-2\nendpoint_url = ${endpoint}\n`,
    'aws/credentials': '[lab]\naws_access_key_id = AKIAEXAMPLEEXAMPLE00\naws_secret_access_key = of-no-use\n',
    ...more.files,
  });
}
