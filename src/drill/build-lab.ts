import { join } from 'node:path';
import { buildCluster, type LabCluster } from './build-cluster.ts';
import { type CloudEndpoint, createCloudEndpoint } from './cloud/endpoint.ts';
import { createCloudWorld } from './cloud-world.ts';
import { createLabHost } from './node/host.ts';
import { createKeyPair, type LabKeyPair } from './node/key-pair.ts';
import type { Outage, Scenario } from './scenarios/types.ts';
import { siteOf } from './site.ts';

/** A lab with its clusters and its cloud, and the outage prepared on them; no control plane is started yet. */
export interface BuiltLab {
  outage: Outage;
  clusters: [LabCluster, ...LabCluster[]];
  cloud: CloudEndpoint;
  /** Opens every machine and every bastion. */
  key: LabKeyPair;
  close(): Promise<void>;
}

export interface LabRequest {
  dir: string;
  scenario: Scenario;
  /** Of each cluster. */
  workers: number;
  /** How many real workers each of them stands for; default: 1. */
  standsFor?: number;
  seed: number;
}

export async function buildLab({
  dir,
  scenario,
  workers,
  standsFor = 1,
  seed,
}: LabRequest): Promise<BuiltLab> {
  const key = createKeyPair();
  const host = await createLabHost({ dir: join(dir, 'host') });
  const build = (n: number) =>
    buildCluster({
      site: siteOf(n, scenario.faults),
      workers,
      standsFor,
      seed,
      dir: join(dir, 'machines'),
      host,
      key,
    });
  const clusters: BuiltLab['clusters'] = [await build(1)];
  for (let n = 2; n <= (scenario.clusters ?? 1); n++) clusters.push(await build(n));
  const [{ parts }, ...others] = clusters;
  const outage = await scenario.prepare(
    parts,
    others.map((other) => other.parts),
  );
  const cloud = await createCloudEndpoint(createCloudWorld(clusters, outage.cloud));
  return {
    outage,
    clusters,
    cloud,
    key,
    async close() {
      outage.stop();
      await cloud.close();
      await Promise.all(clusters.map((cluster) => cluster.close()));
      host.close();
    },
  };
}
