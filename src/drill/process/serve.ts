import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { thisProcess } from '../../base/holder.ts';
import { type BuiltLab, buildLab, type LabRequest } from '../build-lab.ts';
import { Judge } from '../judge.ts';
import { writeKit } from '../kit/kit-writer.ts';
import { observe } from '../observe.ts';
import { scaleNote, score } from '../score.ts';
import { removeControlFile, writeControlFile } from './control-file.ts';
import { serveControl } from './control-server.ts';
import type { LabStatus } from './status.ts';

const OBSERVE_MS = 250;

export interface ServeOptions extends LabRequest {
  /** The lab ends with its parent: when this stream does. */
  parent?: NodeJS.ReadableStream;
  /** Nobody forgets a lab for longer than this. */
  lifetimeMs: number;
  /** Ctrl-C, or the machine goes down. */
  stop: AbortSignal;
}

/** Runs a lab until somebody ends it. Left running on purpose, its kit and what was journaled there stay; all else goes. */
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

  await writeKit(kit, {
    scenario,
    nodes: built.nodes,
    bastion: { name: built.bastionName, port: built.bastion.port, hostKey: built.bastion.hostKey },
    privateKey: built.key.private,
    cloudUrl: built.cloud.url,
    now: new Date(),
  });
  await built.lab.start();
  built.lab.rollOut();
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

/** Observes the lab for as long as it runs, and judges. */
function watch(built: BuiltLab, { scenario, seed, workers }: LabRequest, kit: string) {
  const { lab, nodes } = built;
  const judge = new Judge();
  const startedAt = performance.now();
  const look = () => judge.push(observe(lab, startedAt));
  look();
  const timer = setInterval(look, OBSERVE_MS);
  const faulty = nodes.filter((n) => n.spec.fault).map((n) => [n.spec.name, n.spec.fault ?? ''] as const);
  return {
    stop: () => clearInterval(timer),
    read: (): LabStatus => {
      const judgement = judge.judgement();
      return {
        schemaVersion: 1,
        pid: process.pid,
        kit,
        cluster: scenario.cluster,
        playbook: scenario.playbook,
        scenarioTitle: scenario.title,
        scaleNote: scaleNote(scenario),
        upSeconds: Math.round(performance.now() - startedAt) / 1000,
        score: score(judgement, scenario, { seed, workers, servers: lab.controlPlane.hosts.length }),
        servers: lab.controlPlane.hosts.map((host) => host.view()),
        sample: judgement.last ?? observe(lab, startedAt),
        faults: Object.fromEntries(faulty),
        load: { standsFor: lab.load.standsFor, overload: lab.load.overload },
      };
    },
  };
}
