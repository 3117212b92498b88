import { code, type Explained } from './types.ts';

/** The order itself: machine, time, lock and receipt. */
const ORDER = {
  'wrong-machine': code('another machine answers at that address', 'renew the fleet snapshot'),
  'not-root': code('the script does not run as root', 'set `ssh.user: root` or `ssh.sudo: true` in kit.yaml'),
  'too-late': code(
    "by the node's clock the order came too late",
    'check the clocks, then `fireaxe resume RUN`',
  ),
  locked: code('another order runs on the node', 'wait, then `fireaxe resume RUN`'),
  running: code('the order still runs on the node', 'wait, then `fireaxe resume RUN`'),
  rebooted: code(
    'a reboot took the receipt: whether it ran is unknown',
    'look at the node, then run it again',
  ),
  'no-receipt': code('the node could not write its receipt or state', 'free space under /run and /var/lib'),
  'before-too-large': code('the before-state does not fit the result line', 'select less'),
  undone: code('the order was undone while it was on its way', 'nothing, or run it again'),
  'no-before': code('the journal has no before-state to restore', 'undo by hand'),
  irreversible: code('the action cannot be undone', 'undo by hand'),
  nothing: code('the node has no receipt of it', 'nothing'),
};

/** Something that the change needs is not on the node. */
const NEEDS = {
  'no-tool': code('a program or kernel feature is missing on the node', 'read the note; use another option'),
  'no-systemd': code('systemd is missing or does not answer', 'name the offender by its cgroup'),
  'no-timer': code('no timer could revert the change', 'install systemd-run or setsid'),
  'no-runtime': code('the container runtime does not answer crictl', 'check the runtime'),
  'no-kubectl': code(
    'kubectl or a kubeconfig is missing on the node',
    'check `kubernetes.kubeconfigs` in kit.yaml',
  ),
  'no-user': code('the node has no such user', 'check `--user`'),
  'no-cgroup': code('the node has no such cgroup', 'check `--cgroup`'),
  'no-cgroup2': code('the node has no cgroup v2', 'select by `--user`'),
  'not-found': code('the node or the API has no such unit, process or object', 'check the name'),
};

/** The change would do harm, or its tool refuses it. */
const REFUSED = {
  protected: code('it would stop what the machine needs to run or to be reached', 'narrow the selection'),
  'own-way': code("it would cut off Fireaxe's own connection", 'narrow the selection'),
  'other-port': code(
    'the API server listens on another port than the kit names',
    'set `kubernetes.apiserverPort` in kit.yaml',
  ),
  nft: code('nft refused; the note quotes it', 'read the note'),
  iptables: code('iptables refused; the note quotes it', 'read the note'),
  denied: code('the API denied the request', 'use a kubeconfig with more rights'),
  'certificate-expired': code('the certificate of the API server has expired', 'renew the certificate'),
  'needs-ssh': code('an object does not fit into what SSM returns', 'use `--via ssh`'),
  'no-object': code('the saved object did not arrive with the order', 'use `--via ssh`'),
  conflict: code('other managers own fields of the manifest', 'leave them out, or add `--force-conflicts`'),
  rejected: code('the API rejected the request; the note quotes it', 'read the note; correct the manifest'),
  'no-answer': code('the API did not answer in time', '`fireaxe probe`; run it again when a server answers'),
  exit: code('the command exited with a status other than 0', "read the node's output"),
};

/** The change was not made, or does not hold. */
const NOT_HELD = {
  'not-armed': code('the timer that reverts the change was not started or is gone', 'run it again'),
  'still-armed': code('the timer could not be stopped; the node will revert the change', 'run it again'),
  fired: code('the timer fired and reverted the change', 'run it again'),
  'not-held': code('a process, unit or manifest did not stay stopped', 'read the note; run it again'),
  'still-held': code('what was stopped could not be started again', 'read the note; start it by hand'),
  'not-started': code(
    'a unit or a component did not start',
    'systemctl status UNIT, or of the kubelet, on the node',
  ),
  'no-watch': code('the watch that keeps it stopped does not run', 'run it again'),
  changed: code('the rules were changed since', 'look at the node'),
  'changed-since': code(
    'somebody changed the object since',
    'compare it with the saved object; restore it by hand',
  ),
  gone: code('what the order changed, or the instance, is gone', 'look at the node'),
  fenced: code('the fence is still there', '`fireaxe undo RUN`'),
  missing: code('what the change needs is no longer at its place', 'look at the node'),
  'not-gone': code('the object was deleted and is still there', 'look for finalizers'),
};

/** Static pods. */
const MANIFESTS = {
  'no-manifest': code('the node has no manifest of that component', 'leave `pause` out there'),
  'two-manifests': code('two manifests fit the component', 'remove one of them'),
  'odd-name': code('the manifest has a name or place that cannot be used', 'rename it by hand'),
  'other-mount': code('the manifests are on a separate mount', 'pause by hand'),
  'read-only': code('the directory of manifests cannot be written', 'pause by hand'),
  'not-moved': code('the manifest could not be moved', 'read the note'),
};

/** A change of instance type. */
const SCALE = {
  quorum: code('etcd would lose its quorum', 'wait until all members are healthy'),
  spot: code('a Spot instance cannot change its type', 'replace the machine'),
  'instance-store': code('an instance with an instance-store root cannot be stopped', 'replace the machine'),
  'scaling-group': code('a scaling group would replace the stopped machine', 'suspend the group first'),
  'no-such-type': code('EC2 has no such type in the region', 'check `--type`'),
  architecture: code('the type has another CPU architecture', 'choose a type with the same one'),
  'address-changes': code('a stop changes the only address of the machine', 'use an Elastic IP or ssm'),
  'not-permitted': code('the credentials may not make the calls', 'use a profile that may'),
  'stop-protection': code('the instance is protected against stopping', 'lift the protection'),
  'no-capacity': code('EC2 has no capacity for the type', 'choose another type'),
  'does-not-start': code('the machine stops again as that type', 'choose another type'),
  'too-slow': code('the machine did not change its state in time', '`fireaxe resume RUN`'),
  'member-not-back': code('the etcd member is not healthy after the change', '`fireaxe probe`'),
  'not-so': code('the machine does not run as the type', '`fireaxe resume RUN`'),
};

/** Every `result.code` of a node script or a cloud action. `deadline` and `no-instance-id` are reasons, too. */
export const RESULTS = {
  ...ORDER,
  ...NEEDS,
  ...REFUSED,
  ...NOT_HELD,
  ...MANIFESTS,
  ...SCALE,
  deadline: code('the script ended itself at its deadline', '`fireaxe resume RUN` asks for the receipt'),
  'no-instance-id': code('the fleet has no instance id or cloud for it', '`fireaxe nodes --discover --save`'),
} satisfies Record<string, Explained>;

export type ResultCode = keyof typeof RESULTS;
