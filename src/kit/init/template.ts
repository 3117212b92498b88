import { type Answers, BASTION } from './answers.ts';

/** kit.yaml of a new kit: what was answered, and what else there could be as comments. */
export function kitYaml({ cluster, user, port, identity, useAgent, bastion, cloud }: Answers): string {
  const lines = [
    '# yaml-language-server: $schema=schemas/kit.schema.json',
    '# The kit of Fireaxe: clusters, logins and policy. Every key: docs/kit.md.',
    'schemaVersion: 1',
    '',
    '# Where runs are kept (default: ~/.local/state/fireaxe).',
    '# state: ../state',
    '',
    'clusters:',
    `  # Nodes: fleet/${cluster}.json. Host keys: known_hosts.d/${cluster}.`,
    `  ${scalar(cluster)}:`,
    '    # labels: { env: prod }          # for --cluster-selector',
    '    ssh:',
    `      user: ${scalar(user)}`,
    `      port: ${port ?? 22}`,
    identity === undefined
      ? `      # identity: keys/${cluster}        # a private key, mode 0600`
      : `      identity: ${scalar(identity)}`,
    useAgent
      ? '      useAgent: true'
      : '      # useAgent: true               # try the keys of the agent at SSH_AUTH_SOCK',
    ...bastionLines(bastion),
    ...cloudLines(cloud),
    '    # kubernetes:',
    '    #   apiserverPort: 6443          # default',
    '    #   alwaysAllow: [10.0.0.0/28]   # clients that a fence must never cut',
    '    # parameters:                    # defaults of playbook parameters, such as the offender',
    '    #   process: telemetryd',
    '',
    '# More clusters: here below `clusters:`, or a file clusters/<name>.yaml for each, over shared `defaults:`.',
    '',
    'policy:',
    '  # floors: { control-plane: 2, worker: 50% }   # nodes that a severe step must leave in service',
    '  maxFailures: 10%                   # failed targets allowed; one more aborts',
    '  planMaxAge: 15m                    # an older plan is refused',
    '  fleetMaxAge: 7d                    # an older snapshot causes a warning',
    '',
  ];
  return lines.join('\n');
}

function bastionLines(bastion: Answers['bastion']): string[] {
  if (!bastion) {
    return [
      `      # jump: ${BASTION}              # a host below bastions, through which the nodes are reached`,
      '    # bastions:',
      `    #   ${BASTION}: { address: 203.0.113.5, user: jump }`,
    ];
  }
  const { address, port, user } = bastion;
  const keys = [
    `address: ${scalar(address)}`,
    ...(port === undefined ? [] : [`port: ${port}`]),
    ...(user === undefined ? [] : [`user: ${scalar(user)}`]),
  ];
  return [`      jump: ${BASTION}`, '    bastions:', `      ${BASTION}: { ${keys.join(', ')} }`];
}

function cloudLines(cloud: Answers['cloud']): string[] {
  if (!cloud) {
    return [
      '    # cloud:                         # AWS: SSM as a transport, and the actions in the cloud',
      '    #   region: us-west-2',
      '    #   profile: prod-breakglass     # in aws/config and aws/credentials of the kit',
    ];
  }
  const { region, profile } = cloud;
  return [
    '    cloud:',
    `      region: ${scalar(region)}`,
    ...(profile === undefined ? [] : [`      profile: ${scalar(profile)}`]),
  ];
}

/** A YAML string that is what it shows: `no`, `1e3` and `~` would be something else. */
const scalar = (value: string): string =>
  /^[A-Za-z][A-Za-z0-9._/-]*$/.test(value) && !/^(true|false|null)$/i.test(value)
    ? value
    : JSON.stringify(value);

export const KNOWN_HOSTS = `# Host keys of all clusters, as in ~/.ssh/known_hosts; those of one cluster stand in known_hosts.d/<cluster>.
`;
