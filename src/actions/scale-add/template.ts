import type {
  Instance,
  InstanceNetworkInterfaceSpecification,
  LaunchTemplateVersion,
  Tag,
} from '@aws-sdk/client-ec2';
import type { Launch } from '../../aws/launch-api.ts';
import type { Refusal } from '../cloud/side.ts';

/** Every machine that a run launches carries it, from its first moment. */
export const RUN_TAG = 'fireaxe:run';

type Data = NonNullable<LaunchTemplateVersion['LaunchTemplateData']>;

const dataOf = ({ LaunchTemplateData: data }: LaunchTemplateVersion): Data => data ?? {};

/** What rules a template out. The rest EC2 says itself, in a dry run. */
export function unfit(template: LaunchTemplateVersion): Refusal | undefined {
  const data = dataOf(template);
  if (data.InstanceMarketOptions?.MarketType === 'spot')
    return { code: 'spot', note: 'the template asks for Spot machines, which EC2 takes away at any time' };
  if ((data.NetworkInterfaces ?? []).some((one) => one.NetworkInterfaceId || one.PrivateIpAddress))
    return {
      code: 'odd-template',
      note: 'the template names a network interface or a private address, which one machine alone can have',
    };
  return undefined;
}

/** Tags of this kind say whose a machine is. */
const OWNER = 'kubernetes.io/cluster/';

const ownersIn = (tags: Tag[]) => tags.map(({ Key = '' }) => Key).filter((key) => key.startsWith(OWNER));

const ownersOf = (template: LaunchTemplateVersion) =>
  ownersIn(dataOf(template).TagSpecifications?.flatMap(({ Tags = [] }) => Tags) ?? []);

/** A template of another cluster: its machines would join that one, and get the API requests of this one. */
export function ofAnother(template: LaunchTemplateVersion, present: Instance[]): Refusal | undefined {
  const theirs = ownersOf(template);
  const ours = ownersIn(present.flatMap(({ Tags = [] }) => Tags));
  if (theirs.length === 0 || ours.length === 0 || theirs.some((key) => ours.includes(key))) return undefined;
  return {
    code: 'odd-template',
    note: `the template's machines are tagged ${theirs.join(', ')}, those of this control plane ${[...new Set(ours)].join(', ')}`,
  };
}

/** The subnet that the template itself names: then its machines can be in no other. */
export function ownSubnet(template: LaunchTemplateVersion): string | undefined {
  return dataOf(template).NetworkInterfaces?.find(({ SubnetId }) => SubnetId)?.SubnetId;
}

export const ownZone = (template: LaunchTemplateVersion) => dataOf(template).Placement?.AvailabilityZone;

/**
 * The call for one machine. What a request gives may replace the template's (EC2 does not say that it merges them), so
 * tags and network interfaces are repeated as they stand there.
 */
export function launchOf(template: LaunchTemplateVersion, subnet: string, run: string): Launch {
  const { NetworkInterfaces: interfaces = [], TagSpecifications: tagged = [], ...data } = dataOf(template);
  const named = ownSubnet(template) !== undefined;
  const own = tagged.find(({ ResourceType }) => ResourceType === 'instance')?.Tags ?? [];
  const others = tagged.filter(
    ({ ResourceType, Tags = [] }) => ResourceType !== 'instance' && Tags.length > 0,
  );
  const tags: Tag[] = [...own.filter(({ Key }) => Key !== RUN_TAG), { Key: RUN_TAG, Value: run }];
  return {
    LaunchTemplate: {
      LaunchTemplateId: template.LaunchTemplateId,
      Version: String(template.VersionNumber),
    },
    ...(interfaces.length === 0 && { SubnetId: subnet }),
    ...(interfaces.length > 0 &&
      !named && {
        NetworkInterfaces: interfaces.map(
          (one) => ({ ...one, SubnetId: subnet }) as InstanceNetworkInterfaceSpecification,
        ),
      }),
    TagSpecifications: [{ ResourceType: 'instance', Tags: tags }, ...others],
    // Otherwise the undo could not end what the run began.
    ...(data.DisableApiTermination && { DisableApiTermination: false }),
  };
}

/** `m7i.4xlarge from ami-0123…`. */
export function saidOf(template: LaunchTemplateVersion, cluster: string): string {
  const { InstanceType: type, ImageId: image } = dataOf(template);
  const what = `${template.LaunchTemplateName ?? template.LaunchTemplateId} version ${template.VersionNumber}`;
  return (
    `${type ?? 'no type'} of ${image ?? 'no image'} (${what})` +
    (ownersOf(template).length > 0 ? '' : `, WITHOUT a tag ${OWNER}${cluster}`)
  );
}
