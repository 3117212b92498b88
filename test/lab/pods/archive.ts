import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What an image is made of; paths in it have no leading slash. */
export interface Archive {
  name: string;
  /** A file of this machine by its path in the image. */
  files: Record<string, string>;
  /** The target of a symbolic link by its path. */
  links?: Record<string, string>;
  command: string[];
}

/** An image archive of one layer in Docker's form, made in this folder; `ctr images import` takes it. Returns its path. */
export function makeArchive(dir: string, { name, files, links = {}, command }: Archive): string {
  const fs = join(dir, 'fs');
  const place = (path: string) => {
    mkdirSync(dirname(join(fs, path)), { recursive: true });
    return join(fs, path);
  };
  for (const part of ['bin', 'tmp', 'proc', 'sys', 'dev', 'etc', 'var', 'run']) {
    mkdirSync(join(fs, part), { recursive: true });
  }
  for (const [path, from] of Object.entries(files)) copyFileSync(from, place(path));
  for (const [path, to] of Object.entries(links)) symlinkSync(to, place(path));
  tar(dir, 'layer.tar', '-C', fs, '.');
  const digest = createHash('sha256')
    .update(readFileSync(join(dir, 'layer.tar')))
    .digest('hex');
  writeJson(join(dir, 'config.json'), {
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: command, Env: ['PATH=/usr/local/bin:/usr/sbin:/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  });
  writeJson(join(dir, 'manifest.json'), [{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]);
  tar(dir, 'image.tar', 'manifest.json', 'config.json', 'layer.tar');
  return join(dir, 'image.tar');
}

function tar(dir: string, name: string, ...what: string[]): void {
  execFileSync('tar', ['--owner=0', '--group=0', '-cf', name, ...what], { cwd: dir });
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}
