import { CloudError } from '../errors.ts';
import type { QueryParameters } from '../query/parameters.ts';
import { Many, type XmlRecord } from '../xml.ts';
import type { CloudLaunches, CloudTemplate, TemplateVersion } from './launches.ts';

export interface Named {
  template: CloudTemplate;
  version: TemplateVersion;
}

/** The version of a template that a request names, alone or within a launch. */
export function templateIn(
  of: CloudLaunches,
  parameters: QueryParameters,
  wanted = parameters.get('LaunchTemplate.Version') ?? '$Default',
): Named {
  const get = (name: string) => parameters.get(`LaunchTemplate.${name}`) ?? parameters.get(name);
  const id = get('LaunchTemplateId');
  const name = get('LaunchTemplateName');
  const template = of.templates.find((one) => one.id === id || one.name === name);
  if (!template && name)
    throw new CloudError('InvalidLaunchTemplateName.NotFoundException', `There is no template ${name}.`);
  if (!template) throw new CloudError('InvalidLaunchTemplateId.NotFound', `There is no template ${id}.`);
  const latest = Math.max(...template.versions.map(({ number }) => number));
  const number = { $Default: template.usual, $Latest: latest }[wanted] ?? Number(wanted);
  const version = template.versions.find((one) => one.number === number);
  if (!version)
    throw new CloudError(
      'InvalidLaunchTemplateId.VersionNotFound',
      `${template.id} has no version ${wanted}.`,
    );
  return { template, version };
}

export function templateValue({ template, version }: Named): XmlRecord {
  const { number, image, type, tags, interfaces, zone, spot, kept } = version;
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    versionNumber: number,
    defaultVersion: number === template.usual,
    launchTemplateData: {
      imageId: image,
      instanceType: type,
      disableApiTermination: kept,
      placement: zone && { availabilityZone: zone },
      instanceMarketOptions: spot ? { marketType: 'spot' } : undefined,
      networkInterfaceSet: interfaces?.map(({ device, groups, subnet, publicIp }) => ({
        deviceIndex: device,
        associatePublicIpAddress: publicIp,
        subnetId: subnet,
        groupSet: groups && new Many('groupId', groups),
      })),
      tagSpecificationSet: tags && [
        {
          resourceType: 'instance',
          tagSet: Object.entries(tags).map(([key, value]) => ({ key, value })),
        },
      ],
    },
  };
}

/** Its network interfaces, as a request gives them. */
export function interfacesOf(parameters: QueryParameters): NonNullable<TemplateVersion['interfaces']> {
  const found: NonNullable<TemplateVersion['interfaces']> = [];
  for (let i = 1; parameters.has(`NetworkInterface.${i}.DeviceIndex`); i++) {
    const get = (name: string) => parameters.get(`NetworkInterface.${i}.${name}`);
    const groups: string[] = [];
    for (let g = 1; get(`SecurityGroupId.${g}`); g++) groups.push(get(`SecurityGroupId.${g}`)!);
    const subnet = get('SubnetId');
    found.push({ device: Number(get('DeviceIndex')), groups, ...(subnet && { subnet }) });
  }
  return found;
}

/** The tags of a machine. Where a request gives any, the template's do not count. */
export function tagsIn(
  parameters: QueryParameters,
  { tags: own = {} }: TemplateVersion,
): Record<string, string> {
  if (!parameters.has('TagSpecification.1.ResourceType')) return { ...own };
  const tags: Record<string, string> = {};
  for (let s = 1; parameters.has(`TagSpecification.${s}.ResourceType`); s++)
    for (let t = 1; parameters.has(`TagSpecification.${s}.Tag.${t}.Key`); t++)
      if (parameters.get(`TagSpecification.${s}.ResourceType`) === 'instance')
        tags[parameters.get(`TagSpecification.${s}.Tag.${t}.Key`)!] =
          parameters.get(`TagSpecification.${s}.Tag.${t}.Value`) ?? '';
  return tags;
}

/** All that a repeated call with the same token must repeat. */
export function parametersOf(parameters: QueryParameters): string {
  return [...parameters]
    .filter(([name]) => !['ClientToken', 'DryRun'].includes(name))
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');
}
