import type { ErrorKind } from '../../base/errors.ts';
import type { ResultCode } from './results.ts';
import type { OutcomeState } from './states.ts';
import { type CloudErrorName, code, type Explained } from './types.ts';

/** Nothing was sent: the address, the network, the host key or the login was in the way. */
const CONNECTION = {
  'bad-address': code('the address, port or login name is invalid', 'correct the fleet snapshot or kit.yaml'),
  'connect-timeout': code(
    'a phase of the connection or login took too long; the message names the phase',
    'check that the host is up; raise `timeouts` in kit.yaml',
  ),
  refused: code('nothing listens at that port', 'check the port, and sshd on the host'),
  'no-route': code('the network has no route to the address', 'check VPN, routes and the address'),
  dropped: code('the host hung up before the key exchange ended', 'lower `--parallel`; check MaxStartups'),
  penalty: code('sshd refuses this address for a while (PerSourcePenalties)', 'wait before the next attempt'),
  flood: code('the peer sent data without end', 'check what listens at that port'),
  'local-limit': code('this machine has no free file descriptors or processes', 'lower `--parallel`'),
  'host-key-unknown': code(
    'known_hosts has no key of the host',
    'compare the fingerprint, then add the line',
  ),
  'host-key-changed': code(
    'the host shows another key than known_hosts has',
    'find out why before you connect',
  ),
  'host-key-revoked': code('the host shows a revoked key', 'do not connect; find out who answers there'),
  'host-cert': code(
    "the host's certificate does not vouch for it, or known_hosts has only keys that cannot be checked",
    'renew the certificate on the host; follow the next step of the message',
  ),
  'key-exchange': code(
    'client and host have no algorithm in common',
    'use `--via openssh` with an ssh_config',
  ),
  auth: code('the host accepts none of the keys', 'check `ssh.user` and `ssh.identity` in kit.yaml'),
  'auth-lost': code('the host ended the connection during the login', 'check the account on the host'),
  'second-factor': code(
    'the host accepts the key and wants another factor',
    'use a login that needs the key alone',
  ),
  credentials: code(
    'a key, profile or permission is missing or refused',
    'follow the next step of the message',
  ),
  session: code('the login worked, but no session was opened', 'check the login and sshd on the host'),
  sudo: code('sudo refused', 'add `--sudo-password-stdin`, or fix the sudo rule'),
  'stdout-closed': code("the login's standard output is closed", 'fix its start-up files'),
  'not-begun': code('the login ended before it ran the script', 'read the message; check the login shell'),
  'bastion-forbids': code('the bastion does not forward connections', 'allow TCP forwarding for that login'),
  'bastion-full': code('the bastion opens no further connection', 'lower `--parallel`'),
  'no-ssh': code('the ssh program is missing', 'install the OpenSSH client'),
  openssh: code('ssh(1) failed for a reason that Fireaxe does not know', 'read the message'),
  'not-here': code('the node is not this machine', 'use `--via ssh`'),
  'no-transport': code('the transport could not be opened', 'read the message; use another `--via`'),
  'no-way': code('no transport is left for the node', 'check `via` in kit.yaml and in the fleet snapshot'),
  'not-in-fleet': code("the kit's fleet no longer has the node", 'use the kit that the plan was made with'),
};

/** What SSM says. */
const SSM = {
  'no-agent': code(
    "the node's SSM agent is offline, or in another account",
    'use `--via ssh`; check the agent',
  ),
  'no-instance-id': code('the fleet has no instance id or cloud for it', '`fireaxe nodes --discover --save`'),
  'no-client': code('the SSM client could not be made', 'read the message; check `cloud` in kit.yaml'),
  'cloud-unreachable': code(
    'no connection to the API of AWS',
    'check the region, the endpoint and HTTPS_PROXY',
  ),
  throttled: code('SSM throttled the call until its time was up', 'wait, then `fireaxe resume RUN`'),
  rejected: code('SSM refused the command', 'read the message'),
  'answer-lost': code('the answer to SendCommand was lost; it may have run', '`fireaxe resume RUN`'),
  'not-accepted': code(
    'the answer to SendCommand was lost, and SSM lists no such command; it may still have run',
    '`fireaxe resume RUN`',
  ),
  undeliverable: code('SSM could not deliver the command', 'use `--via ssh`'),
  'delivery-timed-out': code('SSM gave up delivering; it may still have run', '`fireaxe resume RUN`'),
  'invalid-platform': code('SSM runs no shell scripts on that platform', 'use `--via ssh`'),
  'access-denied': code('SSM was not allowed to run the command there', 'check the IAM policy'),
  terminated: code('SSM ended the command before it was sent', '`fireaxe resume RUN`'),
  cancelled: code('SSM says that the command was cancelled; it may have run', '`fireaxe resume RUN`'),
  'not-delivered': code('no sign that the node took the command up', '`fireaxe resume RUN`'),
  'not-listed': code('SSM does not list the node among the results', '`fireaxe resume RUN`'),
  'secret-over-ssm': code('the script needs a secret, and SSM logs what it carries', 'use `--via ssh`'),
  'ssm-reference': code('SSM would replace {{ssm:…}} in the script', 'use `--via ssh`'),
  'script-too-long': code('the script is longer than SSM takes, packed as well', 'use `--via ssh`'),
};

/** The script was sent. */
const AFTER_LAUNCH = {
  incomplete: code('the script arrived incomplete and was not run', 'use `--via openssh`'),
  'connection-lost': code('the connection was lost while the script ran', '`fireaxe resume RUN`'),
  deadline: code('the time was up before the script ended', '`fireaxe resume RUN`; raise `--timeout`'),
  'no-result': code(
    'the script exited without a result line',
    "`fireaxe timeline RUN` shows the node's output",
  ),
  'invalid-result': code(
    'the result line of the node is invalid',
    "`fireaxe timeline RUN` shows the node's output",
  ),
  signal: code('the command was ended by a signal', "read the node's output"),
  'let-go': code('Fireaxe stopped waiting after a second Ctrl-C', '`fireaxe resume RUN`'),
  overdue: code('the transport did not end in time', '`fireaxe resume RUN`; report it'),
  'transport-fault': code('the transport itself failed', '`fireaxe resume RUN`; report it'),
  'not-kept': code('the change was not kept; the node reverts it', 'check the connection, then run it again'),
  'receipt-unread': code('it may have left, and its receipt could not be read', '`fireaxe resume RUN`'),
  'by-receipt': code('the outcome is what the node remembers', 'nothing'),
};

/** Why a target had no turn. */
const NO_TURN = {
  budget: code('more targets failed than were allowed', '`fireaxe timeline RUN`, then `fireaxe resume RUN`'),
  interrupted: code('the run was interrupted before its turn', '`fireaxe resume RUN`'),
  gate: code('the gate between waves did not open', '`fireaxe probe`, then `fireaxe resume RUN`'),
  canary: code('the canary failed', '`fireaxe timeline RUN`'),
  journal: code(
    'the journal could not be written',
    'free or repair the state directory, then `fireaxe resume RUN`',
  ),
  'not-needed': code('another target of the step was enough', 'nothing'),
};

/** An error of Fireaxe that ended this target: its kind, as in exit-codes.md. */
const KINDS = {
  internal: code('Fireaxe itself failed', 'report it'),
  usage: code('something in the kit or on the command line is wrong', 'read the message'),
  declined: code('confirmation was not given', 'add `--yes` or `--confirm`'),
  stale: code('the plan no longer matches', 'make the plan again'),
  guard: code('a guard stopped it', '`fireaxe timeline RUN`'),
};

/** Every `reason.code` of an outcome that Fireaxe gives itself. */
export const REASONS = { ...CONNECTION, ...SSM, ...AFTER_LAUNCH, ...NO_TURN, ...KINDS } satisfies Record<
  string,
  Explained
> &
  Record<ErrorKind, Explained>;

/** What `reason.code` can be: also the code of a cloud action's result, a bare state, or the name of a cloud's error. */
export type ReasonCode = keyof typeof REASONS | ResultCode | OutcomeState | CloudErrorName;
