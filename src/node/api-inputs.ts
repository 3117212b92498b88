import type { ActionContext } from './types.ts';

/** What kube/api.sh needs to know of the cluster; the same for all its hosts. See docs/kit.md for the settings. */
export function apiInputs({ cluster: { kubernetes } }: ActionContext): Record<string, string> {
  return {
    IN_PORT: String(kubernetes.apiserverPort),
    IN_ADDRESS: kubernetes.apiserverAddress ?? '',
    IN_KUBECONFIGS: kubernetes.kubeconfigs.join(' '),
  };
}
