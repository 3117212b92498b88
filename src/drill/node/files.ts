import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabNodeSpec } from '../types.ts';

/** Lays out the files that a node has before anything runs on it. */
export function layOut(root: string, spec: LabNodeSpec): void {
  put(root, 'etc/machine-id', `${spec.machineId}\n`);
  put(root, 'etc/hostname', `${spec.name}\n`);
  put(root, 'sys/class/dmi/id/board_asset_tag', `${spec.instanceId}\n`);
  put(root, 'var/lib/cloud/data/instance-id', `${spec.instanceId}\n`);
  for (const dir of ['etc/systemd/system', 'sys/fs/cgroup', 'tmp', 'root', 'usr/lib/systemd/system']) {
    mkdirSync(join(root, dir), { recursive: true });
  }
  bootFiles(root);
}

/** Creates again what a reboot removes. */
export function bootFiles(root: string): void {
  for (const dir of ['run', 'proc']) {
    rmSync(join(root, dir), { recursive: true, force: true });
    mkdirSync(join(root, dir), { recursive: true });
  }
  mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
  put(root, 'proc/sys/kernel/random/boot_id', `${randomUUID()}\n`);
}

/** Writes the uptime that scripts on the machine read. */
export function showUptime(root: string, seconds: number): void {
  put(root, 'proc/uptime', `${seconds.toFixed(2)} 0.00\n`);
}

function put(root: string, path: string, text: string): void {
  const full = join(root, path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, text);
}
