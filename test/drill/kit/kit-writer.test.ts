import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeKit } from '../../../src/drill/kit/kit-writer.ts';
import { machines } from '../../../src/drill/machines.ts';
import { createKeyPair } from '../../../src/drill/node/key-pair.ts';
import { TELEMETRY_FLOOD } from '../../../src/drill/scenarios/telemetry-flood/scenario.ts';
import { SITE } from '../../../src/drill/site.ts';
import { openKit } from '../../../src/kit/open.ts';
import { targetsOf } from '../../../src/kit/targets.ts';
import { fakeMachine } from '../fake-machine.ts';

let kit = '';
beforeAll(async () => {
  kit = join(await mkdtemp(join(tmpdir(), 'fireaxe-kit-')), 'kit');
  const nodes = machines(SITE, 12, 1).map((spec, i) => ({
    ...fakeMachine(spec.name),
    spec,
    port: 20_000 + i,
    hostKey: createKeyPair().public,
  }));
  await writeKit(kit, {
    site: SITE,
    parameters: TELEMETRY_FLOOD.kitParameters,
    nodes,
    bastion: { name: 'bastion-1', port: 19_999, hostKey: createKeyPair().public },
    privateKey: createKeyPair().private,
    cloudUrl: 'http://127.0.0.1:1',
    now: new Date(),
  });
});
afterAll(() => rm(join(kit, '..'), { recursive: true }));

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
