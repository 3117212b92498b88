import { makeArchive } from './archive.ts';

export const IMAGE = 'lab.local/busybox:1';

/** An image archive made of busybox alone; as the sandbox's too, since its own command only waits. Returns its path. */
export function makeImage(dir: string): string {
  const applets = ['sh', 'sleep', 'date', 'nc', 'head'];
  return makeArchive(dir, {
    name: IMAGE,
    files: { 'bin/busybox': '/bin/busybox' },
    links: Object.fromEntries(applets.map((applet) => [`bin/${applet}`, 'busybox'])),
    command: ['/bin/sh', '-c', 'trap exit TERM; while :; do sleep 3600 & wait; done'],
  });
}
