import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeKit } from '../../../src/drill/kit/kit-writer.ts';
import { machines } from '../../../src/drill/machines.ts';
import { createKeyPair } from '../../../src/drill/node/key-pair.ts';
import { TELEMETRY_FLOOD } from '../../../src/drill/scenarios/telemetry-flood/scenario.ts';
import { SITE, type Site, siteOf } from '../../../src/drill/site.ts';
import { openKit } from '../../../src/kit/open.ts';
import { targetsOf } from '../../../src/kit/targets.ts';
import { fakeMachine } from '../fake-machine.ts';

const nodesOf = (site: Site, firstPort: number) =>
  machines(site, 12, 1).map((spec, i) => ({
    ...fakeMachine(spec.name),
    spec,
    port: firstPort + i,
    hostKey: createKeyPair().public,
  }));

let place = '';
let kit = '';
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'fireaxe-kit-'));
  kit = join(place, 'kit');
  await writeKit(kit, {
    clusters: [
      {
        site: SITE,
        parameters: TELEMETRY_FLOOD.kitParameters,
        nodes: nodesOf(SITE, 20_000),
        bastion: { name: 'bastion-1', port: 19_999, hostKey: createKeyPair().public },
      },
      {
        site: siteOf(2),
        nodes: nodesOf(siteOf(2), 30_000),
        bastion: { name: 'bastion-1', port: 29_999, hostKey: createKeyPair().public },
      },
    ],
    privateKey: createKeyPair().private,
    cloudUrl: 'http://127.0.0.1:1',
    now: new Date(),
  });
});
// It runs even if the setup failed: a path made from an empty one would be a folder of somebody else.
afterAll(() => rm(place, { recursive: true }));

test('the kit opens as any kit does, with nothing loose in it', async () => {
  const opened = await openKit(kit);
  expect(opened.stateDir).toBe(join(kit, 'state'));
  expect(opened.clusters.lab?.fleet.nodes).toHaveLength(15);
  expect(opened.clusters.lab?.cloud).toMatchObject({ profile: 'lab', region: SITE.region });
  expect(opened.clusters.lab?.parameters).toMatchObject({ process: 'telemetry-agent' });
});

test('one zone is behind the bastion, the control plane is reached by ssh first', async () => {
  const { clusters } = await openKit(kit);
  const targets = targetsOf(clusters.lab!);
  const zone = (t: (typeof targets)[number]) => t.labels['topology.kubernetes.io/zone'];
  for (const target of targets) {
    expect(target.ssh.jump?.name).toBe(zone(target) === SITE.bastionZone ? 'bastion-1' : undefined);
    expect(target.via[0]).toBe(target.roles.includes('control-plane') ? 'ssh' : 'ssm');
  }
});

test('each further cluster of the lab is one of its own in the kit', async () => {
  const { clusters } = await openKit(kit);
  expect(Object.keys(clusters)).toEqual(['lab', 'lab-2']);
  const { fleet, parameters, bastions } = clusters['lab-2']!;
  expect(fleet.nodes.map(({ name }) => name)).toContain('lab-2-worker-01');
  expect(parameters).toEqual({});
  expect(bastions['bastion-1']?.port).toBe(29_999);
});
