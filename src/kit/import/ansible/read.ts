import { type FireaxeError, usage } from '../../../base/errors.ts';
import { foldLine } from '../../../base/fold-names.ts';
import { together } from '../../../base/together.ts';
import { isInstanceId } from '../../../fleet/instance-id.ts';
import { ZONE } from '../../../fleet/labels.ts';
import type { Role } from '../../../fleet/types.ts';
import { isPort, roleOf } from '../csv.ts';
import { jumpIn } from '../jump-options.ts';
import type { SourceText } from '../source-text.ts';
import type { Found } from '../types.ts';
import { readIni } from './ini.ts';
import { type AnsibleInventory, groupsOfHosts, type Var } from './inventory.ts';
import { readList } from './list.ts';
import { readYaml } from './yaml.ts';

/** Reads an inventory in any of Ansible's three forms. */
export async function readAnsible(source: SourceText): Promise<{ nodes: Found[]; notes: string[] }> {
  const inventory = await parseAny(source);
  const groupsOf = groupsOfHosts(inventory);
  const wrong: FireaxeError[] = [];
  const notes = new Map<string, string[]>();
  const note = (why: string, host: string) => notes.set(why, [...(notes.get(why) ?? []), host]);
  const nodes = [...inventory.hosts].flatMap(([name, host]) => {
    const groups = groupsOf.get(name)!;
    const vars = new Map<string, Var>(
      groups.flatMap((group) => [...(inventory.groups.get(group)?.vars ?? [])]),
    );
    for (const [key, one] of host.vars) vars.set(key, one);
    const connection = vars.get('ansible_connection')?.value;
    if (connection !== undefined && !/^(ssh|smart|paramiko|paramiko_ssh)$/.test(String(connection))) {
      note(`connection ${String(connection)}, not ssh`, name);
      return [];
    }
    if (vars.has('ansible_ssh_private_key_file') || vars.has('ansible_private_key_file'))
      note('a private key of its own is not taken over: the kit has one for each cluster', name);
    const read = hostOf(name, vars, host.place);
    wrong.push(...read.wrong);
    return [{ ...read.node, ...rolesIn(groups), groups }];
  });
  if (wrong.length > 0) throw together(wrong, 'mistakes');
  return { nodes, notes: [...notes].map(([why, hosts]) => `${foldLine(hosts)}: ${why}`) };
}

/** By its first line, as people would tell them apart. */
function parseAny(source: SourceText): AnsibleInventory | Promise<AnsibleInventory> {
  const first = /^\s*(?:[#;].*\s*)*(.*)/.exec(source.text)?.[1]?.trim() ?? '';
  if (/^\{/.test(first)) return readList(source);
  return /^---|^%|^["']?[^\s=[\]]+["']?:\s*(?:[#{&!].*|null)?$/.test(first)
    ? readYaml(source)
    : readIni(source);
}

const TEMPLATE = 'ansible-inventory -i INVENTORY --list | fireaxe kit import --ansible -';

function hostOf(name: string, vars: ReadonlyMap<string, Var>, place: () => string) {
  const wrong: FireaxeError[] = [];
  const text = (...keys: string[]): { value: string; place: () => string } | undefined => {
    const one = keys.map((key) => vars.get(key)).find((found) => found !== undefined);
    if (!one || one.value === null || one.value === '') return undefined;
    const value = String(one.value);
    if (!/\{\{|\{%/.test(value)) return { value, place: one.place };
    wrong.push(
      usage(`${keys[0]} of ${name} is a template: ${value.slice(0, 60)}`, {
        place: one.place(),
        next: TEMPLATE,
      }),
    );
    return undefined;
  };
  const host = text('ansible_host', 'ansible_ssh_host');
  const port = text('ansible_port', 'ansible_ssh_port');
  const user = text('ansible_user', 'ansible_ssh_user');
  const args = text('ansible_ssh_common_args', 'ansible_ssh_extra_args', 'ansible_ssh_args');
  if (port && !isPort(port.value))
    wrong.push(
      usage(`the port of ${name} is ${JSON.stringify(port.value)}`, {
        place: port.place(),
        expected: '1 to 65535',
      }),
    );
  const jump = args && jumpIn(args.value);
  if (typeof jump === 'string')
    wrong.push(usage(`${name}: ${jump}`, { place: args!.place(), expected: '-J user@host' }));
  const instanceId = String(vars.get('instance_id')?.value ?? '');
  const zone = (vars.get('placement')?.value as { availability_zone?: unknown } | undefined)
    ?.availability_zone;
  const node: Omit<Found, 'groups'> = {
    name,
    host: host?.value ?? name,
    ...(port && { port: Number(port.value) }),
    ...(user && { user: user.value }),
    ...(jump !== undefined && typeof jump !== 'string' && { jump }),
    ...(isInstanceId(instanceId) && { instanceId }),
    labels: typeof zone === 'string' ? { [ZONE]: zone } : {},
    place,
  };
  return { node, wrong };
}

/** Groups as Kubespray, k3s-ansible and kubeadm roles name them. */
function rolesIn(groups: string[]): { roles?: Role[] } {
  const roles = groups.flatMap((group): Role[] => {
    const plain = group
      .toLowerCase()
      .replaceAll('-', '_')
      .replace(/^(kube|k8s|k3s|rke2|kubernetes)_/, '');
    if (/^servers?$/.test(plain)) return ['control-plane'];
    const role = roleOf(plain);
    return role ? [role] : [];
  });
  return roles.length > 0 ? { roles: [...new Set(roles)].sort() } : {};
}
