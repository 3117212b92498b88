import type { Cluster } from './cluster.ts';
import { PORT } from './layout.ts';
import { eventually } from './patience.ts';
import type { Replaced } from './replaced.ts';
import { listening, readyz } from './truth.ts';

const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';

/** Changes the manifest of an API server; returns when the kubelet has started it and it is ready at `end`. */
export async function restarted(
  cluster: Cluster,
  at: string,
  files: Replaced,
  change: (manifest: string) => string,
  end: string,
): Promise<void> {
  await files.edit(MANIFEST, change);
  await readyAt(cluster, at, end);
}

/** Puts its files back; returns when it is ready as before. */
export async function asBefore(cluster: Cluster, at: string, files: Replaced): Promise<void> {
  await files.restore();
  await readyAt(cluster, at, `*:${PORT}`);
}

function readyAt(cluster: Cluster, at: string, end: string): Promise<number> {
  const port = Number(end.slice(end.lastIndexOf(':') + 1));
  return eventually(
    `the API server of ${at} is ready at ${end}`,
    async () => {
      const ends = await listening(cluster, at, 'kube-apiserver');
      if (ends.join() !== end) throw new Error(`it listens at ${ends.join(', ') || 'nothing'}`);
      return (await readyz(cluster, at, port)).status === 200;
    },
    120_000,
    1_000,
  );
}
