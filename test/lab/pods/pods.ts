import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { until } from '../kills.ts';
import { Lab } from '../lab.ts';
import { serverScript, unit } from '../streams.ts';
import { group, sweepGroups, thawing } from './groups.ts';
import { makeImage } from './image.ts';
import { podWorker, readyCommand } from './node.ts';

/** Labels are those of `telemetry/app=off`; PATIENT has no liveness probe, so that its container stays the same. */
export type PodKind = 'POD' | 'NODE' | 'POD:PATIENT';

/** A control-plane node with an API server's port, and workers whose pods are real. */
export class PodLab {
  readonly lab: Lab;
  readonly #dir: string;
  readonly #workers: Record<string, 'v1' | 'v2'>;

  private constructor(lab: Lab, dir: string, workers: Record<string, 'v1' | 'v2'>) {
    this.lab = lab;
    this.#dir = dir;
    this.#workers = workers;
  }

  static async up(crictl: string, workers: Record<string, 'v1' | 'v2'>): Promise<PodLab> {
    const dir = mkdtempSync(join(tmpdir(), 'fireaxe-pods-'));
    const image = makeImage(dir);
    // What a killed run had frozen, its machines go with it.
    const thawed = thawing(false);
    const lab = await Lab.up([
      {
        name: 'cpods',
        files: {
          '/opt/server.mjs': serverScript,
          '/etc/systemd/system/api.service': unit(`${process.execPath} /opt/server.mjs`),
        },
      },
      ...Object.entries(workers).map(([name, cgroups]) => podWorker(name, cgroups, crictl, image)),
    ]).finally(thawed);
    sweepGroups();
    const pods = new PodLab(lab, dir, workers);
    await pods.sh('cpods', 'systemctl start api');
    for (const at of Object.keys(workers)) await pods.ready(at);
    return pods;
  }

  down(): void {
    const thawed = thawing(true);
    try {
      this.lab.down();
    } finally {
      thawed();
      sweepGroups(true);
      rmSync(this.#dir, { recursive: true, force: true });
    }
  }

  async sh(at: string, command: string): Promise<string> {
    return (await this.lab.at(at).sh(command)).stdout.trim();
  }

  /** Able to run pods: once after each boot. */
  async ready(at: string): Promise<void> {
    const ready = await this.lab.at(at).sh(readyCommand(this.lab.at('cpods').spec.address));
    if (ready.code !== 0) throw new Error(`${at}: ${ready.stdout}${ready.stderr}`);
  }

  /** A real reboot ends what is frozen, and its cgroups with it; those of v1 are this machine's here. */
  async reboot(at: string): Promise<void> {
    const v1 = this.#workers[at] === 'v1';
    const thawed = v1 ? thawing(true) : () => {};
    await this.lab.at(at).reboot().finally(thawed);
    if (v1) sweepGroups(true);
    await this.ready(at);
  }

  async start(at: string, uid: string, kind: PodKind = 'POD'): Promise<void> {
    await this.sh(at, `systemctl start kubelet-pod@${uid}:${kind}`);
    await until(async () => expect(await this.beats(at, uid)).toBe(true), 20_000);
  }

  /** The pod's end, as the kubelet would: only what is not frozen can end on v1. */
  end(at: string, uid: string, kind: PodKind = 'POD'): Promise<string> {
    return this.sh(
      at,
      `systemctl stop kubelet-pod@${uid}:${kind}; for p in $(crictl pods -q --label io.kubernetes.pod.uid=${uid}); do crictl stopp $p; crictl rmp -f $p; done`,
    );
  }

  /** Whether the pod's own process ran within the last two seconds. */
  async beats(at: string, uid: string): Promise<boolean> {
    const [now, last] = (await this.sh(at, `date +%s; cat /var/beat/${uid}`)).split('\n').map(Number);
    return last !== undefined && now! - last <= 2;
  }

  /** What the pod reaches: the service, the API server, something else. */
  reaches(at: string, uid: string): Promise<string> {
    return this.sh(at, `cat /var/beat/${uid}.net`);
  }

  /** The pod's own cgroup, as the node sees it. */
  groupOf(at: string, uid: string): string {
    return `/sys/fs/cgroup${this.#workers[at] === 'v1' ? '/freezer' : ''}${group}/besteffort/pod${uid}`;
  }
}
