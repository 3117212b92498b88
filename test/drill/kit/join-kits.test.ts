import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinKits } from '../../../src/drill/kit/join-kits.ts';
import { writeKit } from '../../../src/drill/kit/kit-writer.ts';
import { machines } from '../../../src/drill/machines.ts';
import { createKeyPair } from '../../../src/drill/node/key-pair.ts';
import { TELEMETRY_FLOOD } from '../../../src/drill/scenarios/telemetry-flood/scenario.ts';
import { SITE } from '../../../src/drill/site.ts';
import { openKit } from '../../../src/kit/open.ts';
import { targetsOf } from '../../../src/kit/targets.ts';
import { fakeMachine } from '../fake-machine.ts';

const NAMES = ['lab-1', 'lab-2', 'lab-3'];
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fireaxe-kits-'));
  const labs = NAMES.map((name) => ({ name, kit: join(dir, name), cluster: SITE.cluster }));
  for (const [i, { kit }] of labs.entries()) {
    await writeKit(kit, {
      clusters: [
        {
          site: SITE,
          parameters: TELEMETRY_FLOOD.kitParameters,
          nodes: machines(SITE, 12, i).map((spec, n) => ({
            ...fakeMachine(spec.name),
            spec,
            port: 20_000 + 1_000 * i + n,
            hostKey: createKeyPair().public,
          })),
          bastion: { name: 'bastion-1', port: 19_000 + i, hostKey: createKeyPair().public },
        },
      ],
      privateKey: createKeyPair().private,
      cloudUrl: `http://127.0.0.1:${i + 1}`,
      now: new Date(),
    });
  }
  await joinKits(join(dir, 'all'), labs);
});
afterAll(() => rm(dir, { recursive: true }));

test('the clusters of several labs are one kit, each with the login and the cloud of its own lab', async () => {
  const { clusters } = await openKit(join(dir, 'all'));
  expect(Object.keys(clusters)).toEqual(NAMES);
  for (const [i, name] of NAMES.entries()) {
    const cluster = clusters[name]!;
    expect(cluster.fleet.nodes).toHaveLength(15);
    expect(cluster.cloud).toMatchObject({ profile: name, region: SITE.region });
    expect(cluster.parameters).toMatchObject({ process: 'telemetry-agent' });
    const [target] = targetsOf(cluster);
    expect(target).toMatchObject({ cluster: name, port: 20_000 + 1_000 * i });
    const key = await readFile(target!.ssh.identity!, 'utf8');
    expect(key).toBe(await readFile(join(dir, name, 'keys/operator'), 'utf8'));
  }
  const config = await readFile(join(dir, 'all/aws/config'), 'utf8');
  expect(config).toContain('[profile lab-2]\nregion = us-lab-1\nendpoint_url = http://127.0.0.1:2');
});
