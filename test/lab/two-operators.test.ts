import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandLine } from '../cli/command-line.ts';
import { writeKit } from './kit.ts';
import { crictl, kubeletScript } from './kubelet.ts';
import { Lab } from './lab.ts';
import { serverScript, unit } from './streams.ts';

// Alice makes changes of each kind; Bob, with an empty state directory, finds them and undoes them.
let lab: Lab;
let fireaxe: CommandLine;
let kit: string;
const node = process.execPath;
const sh = async (at: string, command: string) => (await lab.at(at).sh(command)).stdout.trim();
const running = () => sh('cp1', 'pgrep -cx kube-controller');
const MANIFESTS = '/etc/kubernetes/manifests';
const manifest = `apiVersion: v1
kind: Pod
metadata:
  labels:
    component: kube-controller-manager
  name: kube-controller-manager
  namespace: kube-system
spec:
  containers:
  - command:
    - kube-controller-manager
    name: kube-controller-manager
`;

beforeAll(async () => {
  fireaxe = new CommandLine();
  lab = await Lab.up([
    {
      name: 'cp1',
      files: {
        '/opt/kubelet.mjs': kubeletScript,
        '/opt/server.mjs': serverScript,
        '/usr/local/bin/crictl': crictl,
        '/etc/systemd/system/kubelet.service': `${unit(`${node} /opt/kubelet.mjs`)}KillMode=process\n`,
        '/etc/systemd/system/api.service': unit(`${node} /opt/server.mjs`),
        [`${MANIFESTS}/kube-controller-manager.yaml`]: manifest,
      },
    },
    {
      name: 'w1',
      files: {
        '/opt/rules.nft':
          'table inet calico { chain in { type filter hook input priority 0; policy accept; ip saddr 192.0.2.1 accept; } }\n',
        '/etc/systemd/system/agent.service': unit('/bin/sleep 86400'),
        '/etc/systemd/system/talker.service': unit(
          '/bin/sh -c "cp /bin/sleep /opt/talker; exec /opt/talker 86400"',
        ),
      },
    },
  ]);
  await sh(
    'cp1',
    `chmod +x /usr/local/bin/crictl; chmod 600 ${MANIFESTS}/*; mkdir -p /opt/bin; cp /bin/sleep /opt/bin/kube-controller-manager; systemctl start kubelet api`,
  );
  await sh('w1', 'systemctl start agent talker; nft -f /opt/rules.nft');
  kit = writeKit(lab).path;
});
afterAll(() => {
  fireaxe?.close();
  lab?.down();
});

function as(who: string, ...words: string[]) {
  const env = { FIREAXE_STATE_DIR: join(fireaxe.directory, who), USER: who };
  return fireaxe.run([...words, '--no-input'], { kit, env });
}

/** Not the sessions of logins: rules, files with mode, owner, time and content, and what systemd says of the units. */
async function picture(): Promise<string[]> {
  const files = (where: string) =>
    `find ${where} ! -type d ! -name 'session-*.scope' -printf '%p %y %m %U:%G %s %l\\n' 2>/dev/null | sort`;
  const units = '/run/systemd/system /run/systemd/system.control /run/systemd/transient /etc/systemd/system';
  return Promise.all([
    sh(
      'cp1',
      `nft list ruleset; find /etc/kubernetes -type f -printf '%p %m %U:%G %s %T@ %i\\n' -exec sha256sum {} ';' | sort; find /etc/kubernetes -type d | sort`,
    ),
    sh('cp1', files(units)),
    sh(
      'w1',
      `nft list ruleset; systemctl show agent talker -p Id,LoadState,ActiveState,UnitFileState; ps -o stat= -C talker | cut -c1`,
    ),
    sh('w1', files(units)),
  ]);
}

interface KnownRun {
  run: string;
  operator: string;
  reason: string;
  steps: { step: string; nodes: { node: string; until?: string; inForce: boolean }[] }[];
}
const known = (): KnownRun[] => JSON.parse(as('bob', 'runs', '--on-nodes', '--output', 'json').stdout).runs;

test('changes of each kind are seen and undone exactly by another operator, who has no journal', async () => {
  await expect.poll(running, { timeout: 20_000 }).toBe('1');
  const before = await picture();
  const made = [
    ['fence', '--nodes', 'cp1', '--confirm', 'lab 1'],
    ['stop', '--nodes', 'w1', '--unit', 'agent', '--yes'],
    ['stop', '--nodes', 'w1', '--process', 'talker', '--for', '1h', '--yes'],
    ['pause', '--nodes', 'cp1', '--yes'],
    ['cordon', '--nodes', 'w1', '--port', '30000-32767', '--yes'],
  ].map((words, i) => as('alice', ...words, '--reason', `INC-42 number ${i}`, '--output', 'json'));
  for (const { code, stderr } of made) expect(code, stderr).toBe(0);
  const ids = made.map(({ stdout }): string => JSON.parse(stdout).verdict.runId);
  expect(await sh('w1', 'systemctl is-active agent; ps -o stat= -C talker | cut -c1')).toBe('inactive\nT');

  const runs = known().reverse();
  expect(runs.map(({ run, operator, reason }) => [run, operator.split('@')[0], reason])).toEqual(
    ids.map((id, i) => [id, 'alice', `INC-42 number ${i}`]),
  );
  expect(
    runs.flatMap(({ steps }) => steps.flatMap(({ nodes }) => nodes.map(({ inForce }) => inForce))),
  ).toEqual(ids.map(() => true));
  const until = Date.parse(runs[2]!.steps[0]!.nodes[0]!.until!);
  expect(until).toBeGreaterThan(Date.now() + 50 * 60_000);
  expect(until).toBeLessThan(Date.now() + 61 * 60_000);

  for (const id of ids) {
    const undone = as('bob', 'undo', id, '--from-nodes', '--yes');
    expect(undone.code, undone.stderr).toBe(0);
    expect(undone.stderr).toContain('1 planned: 1 ok');
    // Alice's journal does not learn of it; the nodes tell her.
    const row = as('alice', 'runs', '--on-nodes')
      .stdout.split('\n')
      .find((line) => line.startsWith(id));
    expect(row).toMatch(/ undone by bob@/);
  }
  expect(await picture()).toEqual(before);
  await expect.poll(running, { timeout: 20_000 }).toBe('1');
  expect(
    known().flatMap(({ steps }) => steps.flatMap(({ nodes }) => nodes.filter(({ inForce }) => inForce))),
  ).toEqual([]);
});

test('a pause is known and undone after a reboot, which took its receipt', async () => {
  const made = as('alice', 'pause', '--nodes', 'cp1', '--yes', '--reason', 'INC-43', '--output', 'json');
  expect(made.code, made.stderr).toBe(0);
  const id: string = JSON.parse(made.stdout).verdict.runId;
  await sh('cp1', 'rm -rf /run/fireaxe');
  expect(known().filter(({ run }) => run === id)).toMatchObject([
    { run: id, reason: 'INC-43', steps: [{ nodes: [{ node: 'cp1', inForce: true }] }] },
  ]);
  const undone = as('bob', 'undo', id, '--from-nodes', '--yes');
  expect(undone.code, undone.stderr).toBe(0);
  expect(await sh('cp1', `ls ${MANIFESTS}; ls /etc/kubernetes`)).toBe(
    'kube-controller-manager.yaml\nmanifests',
  );
});
