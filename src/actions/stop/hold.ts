import { z } from 'zod';
import { canonicalJson, sha256 } from '../../base/canonical.ts';
import { strip } from '../../base/strip-script.ts';
import { compose } from '../../node/compose.ts';
import { library } from '../../node/lib/index.ts';
import { escapedGroup } from '../control-group.ts';
import { line, seconds } from '../params.ts';

const DAY_S = 86_400;

/** Units that an operator reaches a machine by; the node refuses them under their other names too. */
const PROTECTED = new RegExp(
  `^(${[
    'sshd?[.@]|dropbear|.*ssm-agent|tailscaled|teleport|zerotier-one|wg-quick@|openvpn|sssd|nslcd|winbind',
    String.raw`systemd-|dbus(-broker|-daemon)?[.@]|init\.|getty|cloud-|fireaxe-|(open-)?iscsi`,
    String.raw`NetworkManager|networking\.|network\.|ifup@|netctl|wicked|dhcpcd|dhclient|connman|wpa_supplicant|openvswitch|ovs-`,
  ].join('|')})`,
);

export const unitName = line(200)
  .refine((u) => /^[A-Za-z0-9:_.\\@-]+$/.test(u) && !u.startsWith('-'), 'expected the name of a systemd unit')
  .transform((u) => (/\.(service|socket|timer|path|slice|scope|target|mount)$/.test(u) ? u : `${u}.service`))
  .refine((u) => !u.includes('@.'), 'a template is no unit: name an instance of it, such as agent@a')
  .refine((u) => !PROTECTED.test(u), 'this unit is never stopped: a machine is run or reached by it')
  .refine((u) => /\.(service|socket|timer|path)$/.test(u), 'expected a service, socket, timer or path');

/** Which processes: all that is given must match. */
export const processParams = {
  /** Exact name, as in /proc/PID/comm. */
  process: line(200).optional(),
  /** Exact command line, arguments joined by one space. */
  command: line(2000).optional(),
  /** Owner: a name or a number. */
  user: line(64)
    .refine((u) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(u), 'expected a user name or number')
    .optional(),
  /** Of this control group or one below it: a systemd unit or slice, or a path as in /proc/PID/cgroup. */
  cgroup: escapedGroup
    .refine(
      (g) => !g.split('/').some((part) => PROTECTED.test(part)),
      'a machine is run or reached by this group',
    )
    .optional(),
  /** `freeze` can be taken back where it stopped; `kill` cannot. */
  how: z.enum(['freeze', 'kill'], { error: 'expected freeze or kill' }).default('freeze'),
  /** How long the hold keeps looking for what comes back. */
  for: seconds(10, DAY_S).default(4 * 3600),
};

/** What Fireaxe's own scripts run as: a hold by such a name would catch them. */
const OWN_TOOLS = new Set([
  'sh',
  'dash',
  'bash',
  'ash',
  'busybox',
  'sleep',
  'timeout',
  'systemctl',
  'systemd-run',
  'setsid',
  'env',
  'tr',
  'sudo',
  'sshd',
  'systemd',
  'init',
]);

export interface HoldParams {
  unit?: string | undefined;
  process?: string | undefined;
  command?: string | undefined;
  user?: string | undefined;
  cgroup?: string | undefined;
  how: 'freeze' | 'kill' | 'network';
  for: number;
}

export function namesProcesses(p: HoldParams): boolean {
  return [p.process, p.command, p.user, p.cgroup].some((given) => given !== undefined);
}

/** What goes on looking for what comes back, apart from the script that starts it. */
export function watchText(kind: 'processes' | 'pods'): string {
  const roots = kind === 'pods' ? ['hold/pods-as', 'hold/watch'] : ['hold/watch'];
  return strip(compose(roots, library));
}

export function holdVariables(p: HoldParams): Record<string, string> {
  // An undo by a later version must find the hold by the same key: its members keep these names.
  const which = { process: p.process, command: p.command, user: p.user, cgroup: p.cgroup };
  const held = namesProcesses(p);
  return {
    // One watch for one set of processes, whichever run asks for it.
    IN_KEY: held ? sha256(canonicalJson({ ...which, how: p.how })).slice(0, 10) : '',
    P_PROCESS: p.process ?? '',
    P_CMDLINE: p.command ?? '',
    P_USER: p.user ?? '',
    P_CGROUP: p.cgroup ?? '',
    P_HOW: p.how,
    P_FOR: String(p.for),
    IN_WATCH: held ? watchText('processes') : '',
  };
}

/** Such as `processes named agent of root`. */
export function describeProcesses(p: HoldParams): string {
  const words = [
    p.process && `named ${p.process}`,
    p.command && `with the command line ${JSON.stringify(p.command)}`,
    p.user && `of user ${p.user}`,
    p.cgroup && `in control group ${p.cgroup}`,
  ];
  return `processes ${words.filter(Boolean).join(' ')}`;
}

/** Groups that hold most of a machine. */
const WHOLE = new Set(['system.slice', 'user.slice', '-.slice', 'init.scope']);

/** Why these processes are never held, where that shows before any node is asked. */
export function holdRefusal(p: HoldParams): string | undefined {
  const wide = p.process === undefined && p.command === undefined;
  if (wide && p.cgroup === undefined && (p.user === 'root' || p.user === '0')) {
    return 'all processes of root are never held: name one';
  }
  if (wide && WHOLE.has(p.cgroup?.replace(/^\//, '') ?? '')) {
    return `${p.cgroup} is most of a machine: name a process in it, or a group below it`;
  }
  if (p.process !== undefined && p.command === undefined && OWN_TOOLS.has(p.process)) {
    return `${p.process} is what a node is run and reached by: give the exact command line`;
  }
  return undefined;
}
