import { escapedGroup, line, seconds } from '../kinds.ts';
import type { Parameters } from '../params.ts';
import type { Counted } from '../types.ts';

const DAY_S = 86_400;

/** Units that operators need to reach a machine; the node refuses them under their other names too. */
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
  .refine((u) => !u.includes('@.'), 'a template is not a unit: name an instance of it, such as agent@a')
  .refine(
    (u) => !PROTECTED.test(u),
    'this unit is never stopped: the machine needs it to run or to be reached',
  )
  .refine((u) => /\.(service|socket|timer|path)$/.test(u), 'expected a service, socket, timer or path');

/** Which processes: all that is given must match. */
export const processParameters = {
  process: {
    // As in /proc/PID/comm.
    schema: line(200).optional(),
    help: 'processes with this exact name',
    flag: '--process <name>',
  },
  cmdline: {
    schema: line(2000).optional(),
    help: 'processes with this exact command line, arguments joined by a space',
    flag: '--cmdline <text>',
    former: 'command',
  },
  user: {
    schema: line(64)
      .refine((u) => /^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(u), 'expected a user name or number')
      .optional(),
    help: 'processes of this user, by name or number',
    flag: '--user <name>',
  },
  cgroup: {
    schema: escapedGroup
      .refine(
        (g) => !g.split('/').some((part) => PROTECTED.test(part)),
        'this group is never stopped: the machine needs it to run or to be reached',
      )
      .optional(),
    help: 'processes in this systemd unit or slice, or below this cgroup path',
    flag: '--cgroup <group>',
  },
} satisfies Parameters;

/** How long a watch stops what starts again. */
export const holdTime = {
  schema: seconds(10, DAY_S),
  help: 'how long to keep stopping restarted processes',
  flag: '--for <duration>',
  default: '4h',
} as const;

export interface ProcessParams {
  process?: string | undefined;
  cmdline?: string | undefined;
  user?: string | undefined;
  cgroup?: string | undefined;
}

export function namesProcesses(p: ProcessParams): boolean {
  return [p.process, p.cmdline, p.user, p.cgroup].some((given) => given !== undefined);
}

/** Such as `processes named agent of user root`. */
export function describeProcesses(p: ProcessParams): string {
  const words = [
    p.process && `named ${p.process}`,
    p.cmdline && `with the command line ${JSON.stringify(p.cmdline)}`,
    p.user && `of user ${p.user}`,
    p.cgroup && `in cgroup ${p.cgroup}`,
  ];
  return `processes ${words.filter(Boolean).join(' ')}`;
}

/** What the last line of a plan counts of a hold of these: the same processes once, whatever is done to them. */
export const countedProcesses = (which: string): Counted => ({
  ...{ one: 'process', many: 'processes', done: 'held' },
  ...{ names: [which], found: 'running' },
});

/** The names under which Fireaxe's own scripts run: a hold by such a name would stop them too. */
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

/** Groups that hold most of a machine. */
const WHOLE = new Set(['system.slice', 'user.slice', '-.slice', 'init.scope']);

/** Why these processes are never held, where that shows before any node is asked. */
export function processRefusal(p: ProcessParams): string | undefined {
  const wide = p.process === undefined && p.cmdline === undefined;
  if (wide && p.cgroup === undefined && (p.user === 'root' || p.user === '0')) {
    return 'all processes of root cannot be held: add a process name or command line';
  }
  if (wide && WHOLE.has(p.cgroup?.replace(/^\//, '') ?? '')) {
    return `${p.cgroup} holds most of the machine: name a process in it, or a group below it`;
  }
  if (p.process !== undefined && p.cmdline === undefined && OWN_TOOLS.has(p.process)) {
    return `${p.process} runs the node or Fireaxe itself: add the exact command line`;
  }
  return undefined;
}
