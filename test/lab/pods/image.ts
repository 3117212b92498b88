import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const IMAGE = 'lab.local/busybox:1';

/** An image archive made of busybox alone; as the sandbox's too, since its own command only waits. Returns its path. */
export function makeImage(dir: string): string {
  const fs = join(dir, 'fs');
  for (const part of ['bin', 'tmp', 'proc', 'sys', 'dev', 'etc'])
    mkdirSync(join(fs, part), { recursive: true });
  copyFileSync('/bin/busybox', join(fs, 'bin/busybox'));
  for (const applet of ['sh', 'sleep', 'date', 'nc', 'head']) symlinkSync('busybox', join(fs, 'bin', applet));
  execFileSync('tar', ['-C', fs, '-cf', join(dir, 'layer.tar'), '.']);
  const digest = createHash('sha256')
    .update(readFileSync(join(dir, 'layer.tar')))
    .digest('hex');
  const wait = 'trap exit TERM; while :; do sleep 3600 & wait; done';
  writeJson(join(dir, 'config.json'), {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/bin/sh', '-c', wait], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  });
  writeJson(join(dir, 'manifest.json'), [
    { Config: 'config.json', RepoTags: [IMAGE], Layers: ['layer.tar'] },
  ]);
  execFileSync('tar', [
    '-C',
    dir,
    '-cf',
    join(dir, 'image.tar'),
    'manifest.json',
    'config.json',
    'layer.tar',
  ]);
  return join(dir, 'image.tar');
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}
