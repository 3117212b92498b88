import type { SecurityGroupRule, Tag } from '@aws-sdk/client-ec2';
import type { Refusal } from '../cloud/side.ts';
import type { CloudContext } from '../types.ts';
import type { Admission } from './admission.ts';
import { covers, overlaps } from './cidr.ts';
import type { Job } from './job.ts';
import { fencedBy } from './lease.ts';
import type { Site } from './site.ts';

/** Whether a rule is about a port of the API and nothing else: a wider one also carries what is not to be cut. */
export function isOnlyFor(rule: SecurityGroupRule, ports: number[]): boolean {
  return rule.IpProtocol === 'tcp' && rule.FromPort === rule.ToPort && ports.includes(rule.FromPort ?? -1);
}

/** Whether a rule admits some of the clients. */
export function admitsClients(rule: SecurityGroupRule, away: string[], admission: Admission): boolean {
  const blocks = blocksOf(rule, admission);
  if (blocks) return blocks.some((block) => away.some((network) => overlaps(block, network)));
  const group = rule.ReferencedGroupInfo?.GroupId ?? '';
  return admission.clients.has(group) || admission.peers.has(group);
}

/** Why the rules cannot be removed: of what must get through, some gets in by them alone. */
export function shutOut(now: Admission, then: Admission, by: string, shared: boolean): Refusal | undefined {
  const lost = [...now.kept.keys()].filter((address) => getsIn(address, now) && !getsIn(address, then));
  const own = lost.filter((address) => !now.balancers.has(address));
  if (own.length > 0)
    return { code: 'own-way', note: `${few(own)} must get through and would not without ${by}` };
  if (lost.length === 0 || shared) return undefined;
  return {
    code: 'shared',
    note: `the load balancers at ${few(lost)} get in by ${by}, too: the health checks of one for the API would fail`,
  };
}

const few = (all: string[]) =>
  all.slice(0, 4).join(', ') + (all.length > 4 ? ` and ${all.length - 4} more` : '');

function getsIn(address: string, admission: Admission): boolean {
  const own = admission.kept.get(address);
  return admission.rules.some((rule) => {
    const from = blocksOf(rule, admission);
    if (from) return from.some((block) => covers(block, address));
    return own?.has(rule.ReferencedGroupInfo?.GroupId ?? '') === true;
  });
}

function blocksOf(rule: SecurityGroupRule, { lists }: Admission): string[] | undefined {
  const cidr = rule.CidrIpv4 ?? rule.CidrIpv6;
  if (cidr !== undefined) return [cidr];
  return rule.PrefixListId === undefined ? undefined : (lists.get(rule.PrefixListId) ?? []);
}

/** `sgr-1 (tcp 6443 from 10.0.0.0/8)` */
export function ruleText(rule: SecurityGroupRule): string {
  const { IpProtocol, FromPort, ToPort } = rule;
  const ports = FromPort === ToPort ? FromPort : `${FromPort}-${ToPort}`;
  const what = IpProtocol === '-1' ? 'all' : `${IpProtocol} ${ports}`;
  const from = rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId;
  return `${rule.SecurityGroupRuleId} (${what} from ${from})`;
}

/** Why the rest does not do: these rules still admit. */
export function stillAdmitted(rules: SecurityGroupRule[]): string {
  const texts = rules.map(ruleText);
  const more = texts.length > 3 ? ` and ${texts.length - 3} more` : '';
  return `the clients would still be admitted by ${texts.slice(0, 3).join(', ')}${more}, which may be wider than they are`;
}

/** Nothing to do: no rule admits the clients, perhaps because another run, whose lease is in the tags, has removed it. */
export function noneAdmitted(
  { groups }: Admission,
  { away, ports }: Site,
  held: { Tags?: Tag[] | undefined }[],
  { runId }: CloudContext,
): string {
  const by = fencedBy(
    held.map(({ Tags }) => Tags),
    runId,
  );
  return `no rule of ${groups.join(', ')} admits ${away.join(', ')} at port ${ports.join(', ')}${by}`;
}

/** Others in these groups, beside the API servers: clients are kept away from them, too. Empty where there are none. */
export async function sharedWith(groups: string[], site: Site, { ec2 }: Job): Promise<string> {
  if (groups.length === 0) return '';
  const members = await ec2.interfaces({ 'group-id': groups });
  const others = members
    .filter(({ PrivateIpAddress: ip }) => ip !== undefined && !site.servers.includes(ip))
    .map(({ NetworkInterfaceId: id = '' }) => id);
  if (others.length === 0) return '';
  const more = others.length > 3 ? ` and ${others.length - 3} more` : '';
  return `${groups.join(', ')} also has ${others.slice(0, 3).join(', ')}${more}`;
}
