import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServerFlags } from './capacity.ts';

const DIRECTORY = 'etc/kubernetes/manifests';

/** The manifests that a control-plane kubelet watches, kubeadm's layout. Deleting or editing one does what it says. */
export function writeStaticPods(root: string): void {
  for (const [name, flags] of [
    ['kube-apiserver', ['--max-requests-inflight=400', '--max-mutating-requests-inflight=200']],
    ['kube-controller-manager', ['--leader-elect=true']],
    ['etcd', ['--listen-metrics-urls=http://127.0.0.1:2381']],
  ] as const) {
    const path = manifest(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, podText(name, flags), { mode: 0o600 });
  }
}

export function hasStaticPod(root: string, name: string): boolean {
  return existsSync(manifest(root, name));
}

/** The manifest's text, undefined if it is missing; a change restarts the pod. */
export function staticPodText(root: string, name: string): string | undefined {
  try {
    return readFileSync(manifest(root, name), 'utf8');
  } catch {
    return undefined;
  }
}

/** The limits that the text sets; a lab server carries a tenth of a real one. */
export function flagsOf(text: string, standard: { inflight: number; mutating: number }): ServerFlags {
  const scaled = (flag: string, usual: number, lab: number) => {
    const value = new RegExp(`--${flag}=(\\d+)`).exec(text)?.[1];
    return value === undefined || Number(value) === usual
      ? {}
      : { [flag]: Math.max(1, Math.round((Number(value) / usual) * lab)) };
  };
  return {
    ...scaled('max-requests-inflight', 400, standard.inflight),
    ...scaled('max-mutating-requests-inflight', 200, standard.mutating),
  };
}

function manifest(root: string, name: string): string {
  return join(root, DIRECTORY, `${name}.yaml`);
}

function podText(name: string, flags: readonly string[]): string {
  return [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    `  name: ${name}`,
    '  namespace: kube-system',
    'spec:',
    '  hostNetwork: true',
    '  containers:',
    `  - name: ${name}`,
    '    command:',
    `    - ${name}`,
    ...flags.map((flag) => `    - ${flag}`),
    '',
  ].join('\n');
}
