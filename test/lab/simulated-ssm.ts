import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CloudEndpoint, createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import type { CloudExec, CloudWorld } from '../../src/drill/cloud/world.ts';
import type { Lab } from './lab.ts';
import type { Machine } from './machine.ts';

const PROFILE = 'lab';
const REGION = 'us-west-2';

/**
 * SSM, simulated: the drill's cloud endpoint before real machines. In place of the agent a unit of its name runs each
 * script as the agent does: from a file, by sh, as root, with no input, a bare environment and a cgroup of its own.
 */
export class SimulatedSsm {
  readonly endpoint: CloudEndpoint;
  private constructor(endpoint: CloudEndpoint) {
    this.endpoint = endpoint;
  }

  static async before(lab: Lab): Promise<SimulatedSsm> {
    return new SimulatedSsm(await createCloudEndpoint(worldOf(lab), { record: true }));
  }

  /** Gives a kit the cloud's profile, and every node its instance id. */
  addTo(kit: string): void {
    mkdirSync(join(kit, 'aws'), { mode: 0o700 });
    put(kit, 'aws/config', `[profile ${PROFILE}]\nregion = ${REGION}\nendpoint_url = ${this.endpoint.url}\n`);
    put(
      kit,
      'aws/credentials',
      `[${PROFILE}]\naws_access_key_id = AKIALABLABLABLABLAB0\naws_secret_access_key = of-no-use\n`,
    );
    const [yaml, fleet] = ['kit.yaml', 'fleet/lab.json'].map((name) =>
      JSON.parse(readFileSync(join(kit, name), 'utf8')),
    );
    Object.assign(yaml.clusters.lab, { via: ['ssm'], cloud: { profile: PROFILE, region: REGION } });
    for (const node of fleet.nodes) node.instanceId = instanceId(node.address);
    put(kit, 'kit.yaml', JSON.stringify(yaml));
    put(kit, 'fleet/lab.json', JSON.stringify(fleet));
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }
}

function put(kit: string, name: string, text: string): void {
  writeFileSync(join(kit, name), text, { mode: 0o600 });
}

function instanceId(address: string): string {
  return `i-${address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')
    .padStart(17, '0')}`;
}

function worldOf(lab: Lab): CloudWorld {
  const machines = new Map([...lab.machines.values()].map((at) => [instanceId(at.spec.address), at]));
  const not = () => Promise.reject(new Error('not in this lab'));
  return {
    instances: () =>
      [...machines].map(([id, { spec }]) => ({
        id,
        type: 'm5.large',
        state: 'running',
        tags: { Name: spec.name },
        privateIp: spec.address,
        zone: `${REGION}a`,
        ssm: 'online',
      })),
    exec: (id, commands, _timeoutMs, signal) => asAgent(machines.get(id)!, commands.join('\n'), signal),
    stop: not,
    start: not,
    retype: not,
  };
}

let sent = 0;

async function asAgent(at: Machine, text: string, signal: AbortSignal): Promise<CloudExec> {
  const nth = ++sent;
  const file = `/var/lib/amazon/ssm/document/${nth}/awsrunShellScript/0.awsrunShellScript/_script.sh`;
  await at.sh(`mkdir -p ${file.replace('/_script.sh', '')}; cat >${file}; chmod 700 ${file}`, {
    stdin: text,
  });
  const unit = `amazon-ssm-agent-${nth}`;
  const cancel = () => void at.sh(`systemctl stop ${unit}`);
  signal.addEventListener('abort', cancel, { once: true });
  const ran = await at.sh(
    `systemd-run --quiet --wait --pipe --collect --unit=${unit} -p WorkingDirectory=/usr/bin env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c ${file} </dev/null`,
    { timeoutMs: 120_000 },
  );
  signal.removeEventListener('abort', cancel);
  return { code: ran.code, stdout: ran.stdout, stderr: ran.stderr };
}
