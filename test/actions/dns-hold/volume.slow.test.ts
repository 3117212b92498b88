import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import flat from '../../../src/actions/dns-hold/flat.sh';
import load from '../../../src/actions/dns-hold/load.sh';
import { compose } from '../../../src/node/compose.ts';
import { library } from '../../../src/node/lib/index.ts';
import { type Sandbox, SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

const FOLDER = '/var/lib/kubelet/pods/u1/volumes/kubernetes.io~configmap/config-volume';
const COREFILE = '.:53 {\n    kubernetes cluster.local\n    reload\n}\n';
const OWN = '..2026_11_30_10_51_59.3818823635';
/** As the watch has it. */
const script = `FX_ROOT=$FIREAXE_ROOT\nset -f\n${compose(['load'], { ...library, flat, load })}\nDS_DIR=$FX_ROOT${FOLDER} DS_NAME=Corefile\n`;

/** The kubelet's volume of CoreDNS, as its writer makes it. */
function volume(box: Sandbox): string {
  const dir = join(box.root, FOLDER);
  box.file(`${FOLDER}/${OWN}/Corefile`, COREFILE);
  box.file(`${FOLDER}/${OWN}/NodeHosts`, '10.0.0.1 n1\n');
  symlinkSync(OWN, join(dir, '..data'));
  for (const name of ['Corefile', 'NodeHosts']) symlinkSync(`..data/${name}`, join(dir, name));
  mkdirSync(join(box.root, 'run/fireaxe/dns-hold'), { recursive: true });
  box.file('/run/fireaxe/dns-hold/Corefile', 'with the table\n');
  return dir;
}

const picture = (dir: string) =>
  readdirSync(dir)
    .sort()
    .map((name) => [name, name.startsWith(OWN) ? lstatSync(join(dir, name)).ino : '']);

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('shows the table beside the other files, and then the same folder as before', async ({ box }) => {
    const dir = volume(box);
    const before = picture(dir);
    await box.run(`${script}dh_show`, shell);
    expect(readFileSync(join(dir, 'Corefile'), 'utf8')).toBe('with the table\n');
    expect(readFileSync(join(dir, 'NodeHosts'), 'utf8')).toBe('10.0.0.1 n1\n');
    // A new shell: the one that showed it may have been killed.
    await box.run(`${script}dh_straight`, shell);
    expect(readFileSync(join(dir, 'Corefile'), 'utf8')).toBe(COREFILE);
    expect(readlinkSync(join(dir, '..data'))).toBe(OWN);
    expect(picture(dir)).toEqual(before);
  });

  test('leaves what the kubelet wrote meanwhile, and removes the folder that it forgot', async ({ box }) => {
    const dir = volume(box);
    const later = '..2026_11_30_11_00_00.1';
    await box.run(`${script}dh_show`, shell);
    box.file(`${FOLDER}/${later}/Corefile`, 'of the kubelet\n');
    await box.run(`${script}dh_point ${later}; dh_straight`, shell);
    expect(readdirSync(dir).sort()).toEqual(['..data', later, 'Corefile', 'NodeHosts'].sort());
    expect(readFileSync(join(dir, 'Corefile'), 'utf8')).toBe('of the kubelet\n');
  });

  test('changes nothing where nothing was shown', async ({ box }) => {
    const dir = volume(box);
    const before = picture(dir);
    await box.run(`${script}dh_straight`, shell);
    expect(picture(dir)).toEqual(before);
  });
});
