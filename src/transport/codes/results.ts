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
  'no-names': code(
    'kube-proxy has no rules with names on the node',
    'select a node with iptables or nftables rules',
  ),
  'no-image': code('no image of what must be started is on the node', 'select a node that has it'),
  'no-static': code(
    "the kubelet's folder of static pods is not known",
    'select a node whose kubelet has `staticPodPath`',
  ),
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
  'address-taken': code('something on the node has that address already', 'read the note'),
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
  'odd-manifest': code('the manifest has no list of flags in block style', 'edit it by hand'),
  'last-server': code('no other API server is ready', 'wait until one is; or add `--last-server`'),
  'short-deadline': code('the deadline is shorter than the wait and a revert', 'give a longer `--timeout`'),
  'not-moved': code('the manifest could not be moved', 'read the note'),
};

/** A change of instance type. */
const SCALE = {
  quorum: code('etcd would lose its quorum', 'wait until all members are healthy'),
  spot: code('EC2 does not allow that for a Spot instance', 'read the note; replace the machine'),
  'instance-store': code('an instance with an instance-store root cannot be stopped', 'replace the machine'),
  'scaling-group': code(
    'a scaling group would replace the machine',
    'read the note; suspend the group first',
  ),
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

/** Load balancers and their targets. */
const BALANCER = {
  'last-target': code(
    'too few healthy targets would remain in a target group',
    'select fewer nodes, or lower `--floor`',
  ),
  registered: code('the balancer still sends traffic to the node', '`fireaxe resume RUN`'),
  'not-healthy': code(
    'the balancer does not call the target, or enough of them, healthy',
    'look at the service on the nodes',
  ),
};

/** Users' traffic between clusters. */
const TRAFFIC = {
  'no-traffic': code(
    'the place where traffic is divided is not named, or not as named',
    'check `cloud.traffic` in kit.yaml',
  ),
  'no-receiver': code('no other cluster gets traffic there', 'give another cluster a weight first'),
  headroom: code('a receiving cluster would get more than it can carry', 'give fewer `--steps`'),
  'has-traffic': code('the cluster gets more traffic than the change left it', '`fireaxe resume RUN`'),
};

/** Volumes. */
const VOLUMES = {
  'no-volume': code('the machine has no such volume, or it is not known', 'name it: `--device /dev/…`'),
  'volume-limit': code('the volume cannot have that speed', 'read the note'),
  'volume-busy': code('EC2 still modifies the volume', 'wait until it has completed'),
  'volume-rate': code('EC2 refuses more modifications of the volume today', 'read the note'),
  'volume-failed': code('EC2 could not modify the volume', 'read the note'),
  'not-so-fast': code('the volume does not have that speed', '`fireaxe resume RUN`'),
};

/** An EKS control plane. */
const EKS = {
  'eks-busy': code('EKS updates the cluster already', 'wait until it is active'),
  'eks-failed': code('EKS could not update the cluster', 'read the note'),
  'lower-tier': code('the tier is lower than the present one', 'choose a higher one; or add `--down`'),
  'not-that-tier': code('the control plane does not have that tier', '`fireaxe resume RUN`'),
};

/** Machines that are added. */
const ADD = {
  'no-template': code('EC2 has no such launch template or version', 'check `--template`'),
  'odd-template': code('no machine can be launched from the template', 'read the note; use another version'),
  'no-balancer': code(
    'the control plane is in no target group',
    'check the account and region, or add `--without-balancer`',
  ),
  'not-added': code('an added machine does not run, or is not healthy', '`fireaxe resume RUN`'),
  'etcd-member': code(
    'an added machine is, or may be, a member of etcd',
    'remove the member from etcd, then undo again',
  ),
};

/** A machine of a scaling group. */
const GROUPS = {
  'no-group': code('the instance is in no scaling group', 'leave it out'),
  'not-in-service': code('the instance or its group is not in service', 'read the note; leave it out'),
  'group-floor': code('the scaling group would fall below its smallest size', 'choose fewer targets'),
  'launch-suspended': code('somebody suspended Launch of the group', 'resume it, or use `--how stop`'),
  'not-out': code('the machine is in service', '`fireaxe resume RUN`'),
  'not-back': code('the group counts the machine as unhealthy', 'read the note; undo again'),
};

/** A fence in the network. */
const FENCE_NETWORK = {
  'no-clients': code('no network of clients is known', 'name it with `--from`'),
  'all-allowed': code(
    'all of the clients are among the addresses to let in',
    'narrow `--allow`, or alwaysAllow in kit.yaml',
  ),
  'same-subnet': code(
    'a network ACL does not filter inside a subnet',
    'fence at the hosts, or use `--with security-group`',
  ),
  shared: code('others use what would be changed, too', 'read the note; add `--shared` if that may be'),
  'no-room': code('the network ACL has no rule numbers or no quota left', 'use another `--with`'),
  leased: code('another run has changed the same thing', '`fireaxe undo` that run first'),
  'cuts-nodes': code(
    'the nodes use the public endpoint of EKS and would be cut off, too',
    'turn on private access; or add `--nodes-too`',
  ),
  'none-allowed': code('no address would be let in', 'name one with `--allow`'),
  'not-expired': code('the lease of the fence has not run out', 'wait, or `fireaxe sweep --run RUN`'),
  'no-rule': code('no rule can be removed that lets in these clients alone', 'use another `--with`'),
};

/** Of `pace`. */
const PACE = {
  overridden: code('a later file of the kubelet sets the same', 'change the file that the note names'),
  'odd-flags': code(
    'a flag of the kubelet wins over its files',
    'change the flag where the kubelet is started',
  ),
  'no-config': code("the kubelet's settings are in no file", 'set the ceiling by hand'),
  'no-version': code('the kubelet does not tell its version', 'look at it with `fireaxe look`'),
  'too-old': code('this kubelet pulls one image at a time, or any number', 'give `--pulls 1`'),
  paced: code('another run has set a ceiling', '`fireaxe undo` that run first'),
  'odd-config': code("the kubelet's file cannot be edited line by line", 'edit it by hand'),
  'not-written': code('the file cannot be written; the disk may be full', 'make room on the node'),
};

/** Of the flood of a drill. */
const FLOOD = {
  'not-allowed': code('the kit does not allow drills on this cluster', '`drills: allowed` in the kit'),
  busy: code('another flood is there', 'wait until it has ended, or `fireaxe undo` its run'),
};

/** Every `result.code` of a node script or a cloud action. `deadline` and `no-instance-id` are reasons, too. */
export const RESULTS = {
  ...ORDER,
  ...NEEDS,
  ...REFUSED,
  ...NOT_HELD,
  ...MANIFESTS,
  ...SCALE,
  ...BALANCER,
  ...VOLUMES,
  ...EKS,
  ...ADD,
  ...GROUPS,
  ...FENCE_NETWORK,
  ...TRAFFIC,
  ...PACE,
  ...FLOOD,
  deadline: code('the script ended itself at its deadline', '`fireaxe resume RUN` asks for the receipt'),
  'no-instance-id': code('the fleet has no instance id or cloud for it', '`fireaxe nodes --discover --save`'),
} satisfies Record<string, Explained>;

export type ResultCode = keyof typeof RESULTS;
