/**
 * A simulated kubelet: it watches the static pod folders as the real one does (every file that begins with no dot), keeps a
 * process in a cgroup of the kubelet's shape for each, starts it again when it dies, and ends it when its manifest is gone;
 * not while `/run/kubelet-stuck` is there, as a real one that was started while the API was down. Its pods outlive it.
 */
export const kubeletScript = `
import { createHash, randomBytes } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
const dirs = ['/etc/kubernetes/manifests', '/var/lib/rancher/rke2/agent/pod-manifests'];
const cri = '/run/simulated-cri';
mkdirSync(cri, { recursive: true });
const state = (pid) => { try { return readFileSync('/proc/' + pid + '/stat', 'utf8').replace(/^.*\\) /s, '')[0]; } catch { return ''; } };
const alive = (pid) => !['', 'Z', 'X'].includes(state(pid));
const records = () => readdirSync(cri).map((id) => ({ id, ...JSON.parse(readFileSync(cri + '/' + id, 'utf8')) }));
function wanted() {
  const pods = [];
  for (const dir of dirs) {
    if (!existsSync(dir)) continue;
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      if (entry.name.startsWith('.') || !entry.isFile()) continue;
      const text = readFileSync(dir + '/' + entry.name, 'utf8');
      const name = /^ +-? *name: (.+)$/m.exec(text.split('containers:')[1] ?? '')?.[1];
      const space = /^  namespace: (.+)$/m.exec(text)?.[1];
      if (name) pods.push({ uid: createHash('md5').update(dir + entry.name + text).digest('hex'), name, space });
    }
  }
  return pods;
}
function start({ uid, name, space }) {
  const id = randomBytes(32).toString('hex');
  const pod = '/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod' + uid + '.slice';
  const group = pod + '/cri-containerd-' + id + '.scope';
  mkdirSync(group, { recursive: true });
  const child = spawn('/opt/bin/' + name, ['1000000'], { stdio: 'ignore', detached: true });
  if (!child.pid) return;
  writeFileSync(group + '/cgroup.procs', String(child.pid));
  child.unref();
  writeFileSync(cri + '/' + id, JSON.stringify({ uid, name, space, pid: child.pid, pod, group }));
}
function forget(record) {
  rmSync(cri + '/' + record.id);
  for (const folder of [record.group, record.pod]) try { rmdirSync(folder); } catch {}
}
setInterval(() => {
  const pods = wanted();
  for (const record of records()) {
    if (alive(record.pid)) {
      const stays = pods.some(({ uid }) => uid === record.uid) || existsSync('/run/kubelet-stuck');
      if (!stays) process.kill(record.pid, 'SIGTERM');
      continue;
    }
    // Its own choice of what to start again, as of what it cannot end: the pods that it knows.
    const known = pods.find(({ uid }) => uid === record.uid) ?? (existsSync('/run/kubelet-stuck') ? record : undefined);
    if (known) start(known);
    forget(record);
  }
  const held = new Set(records().map(({ uid }) => uid));
  for (const pod of pods) if (!held.has(pod.uid)) start(pod);
}, 100);
`;

/** Answers for the simulated kubelet's containers, with the flags that are asked of the real one. */
export const crictl = `#!/bin/sh
[ ! -e /run/crictl-hangs ] || exec sleep 1000
[ "$1" = ps ] || exit 1
shift
while [ $# -gt 0 ]; do
  case $1 in
    --name) name=$2 && shift ;;
    --label) space=\${2#io.kubernetes.pod.namespace=} && shift ;;
    -q) ;;
    *) echo "unknown flag $1" >&2 && exit 1 ;;
  esac
  shift
done
name=\${name#^}
for record in /run/simulated-cri/*; do
  grep -qs "\\"name\\":\\"\${name%?}\\",\\"space\\":\\"$space\\"" "$record" && echo "\${record##*/}"
done
exit 0
`;
