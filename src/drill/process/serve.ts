import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { thisProcess } from '../../base/holder.ts';
import { type BuiltLab, buildLab, type LabRequest } from '../build-lab.ts';
import { writeKit } from '../kit/kit-writer.ts';
import { removeControlFile, writeControlFile } from './control-file.ts';
import { serveControl } from './control-server.ts';
import type { LabStatus } from './status.ts';

const OBSERVE_MS = 250;

export interface ServeOptions extends LabRequest {
  /** The lab ends with its parent: when this stream does. */
  parent?: NodeJS.ReadableStream;
  /** A forgotten lab ends after this. */
  lifetimeMs: number;
  /** Ctrl-C, or the machine goes down. */
  stop: AbortSignal;
}

/** Runs a lab until it is stopped. A lab that was left running keeps its kit and journals; everything else is removed. */
export async function serveLab(options: ServeOptions): Promise<void> {
  const { dir, scenario } = options;
  const kit = join(dir, 'kit');
  const built = await buildLab(options);
  let stop = () => {};
  const ended = new Promise<void>((resolve) => {
    stop = resolve;
  });
  if (options.stop.aborted) stop();
  options.stop.addEventListener('abort', stop, { once: true });
  options.parent?.resume().once('end', stop).once('close', stop);
  setTimeout(stop, options.lifetimeMs).unref();

  const [first, ...others] = built.clusters;
  await writeKit(kit, {
    clusters: [{ ...first, parameters: scenario.kitParameters }, ...others],
    traffic: built.outage.traffic,
    privateKey: built.key.private,
    cloudUrl: built.cloud.url,
    now: new Date(),
  });
  await built.outage.start();
  built.outage.begin();
  const status = watch(built, options, kit);
  const token = randomBytes(24).toString('hex');
  const control = await serveControl({ token, status: status.read, stop });
  await writeControlFile(dir, { process: thisProcess(new Date()), port: control.port, token, kit });
  await ended;
  status.stop();
  control.close();
  await built.close();
  await removeControlFile(dir);
  // A parent that was killed cannot clean up.
  if (options.parent) return rm(dir, { recursive: true, force: true });
  await Promise.all(
    ['host', 'machines'].map((name) => rm(join(dir, name), { recursive: true, force: true })),
  );
}

/** Looks at the outage for as long as it runs. */
function watch({ outage, clusters }: BuiltLab, { scenario }: LabRequest, kit: string) {
  const startedAt = performance.now();
  const timer = setInterval(() => outage.look(), OBSERVE_MS);
  const faults = Object.fromEntries(
    clusters
      .flatMap(({ nodes }) => nodes)
      .flatMap(({ spec }) => (spec.fault ? [[spec.name, spec.fault]] : [])),
  );
  const { hosts } = outage.cluster.controlPlane;
  return {
    stop: () => clearInterval(timer),
    read: (): LabStatus => ({
      schemaVersion: 1,
      pid: process.pid,
      kit,
      cluster: clusters[0].site.cluster,
      clusters: clusters.map(({ site }) => site.cluster),
      playbook: scenario.playbook,
      ...(scenario.evacuation !== undefined && { evacuation: scenario.evacuation }),
      practice: scenario.practice,
      scenarioTitle: scenario.title,
      scaleNote: scenario.scaleNote,
      upSeconds: Math.round(performance.now() - startedAt) / 1000,
      servers: hosts.map((host) => host.view()),
      faults,
      report: outage.report(),
    }),
  };
}
