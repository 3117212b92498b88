import api from './lib/kube/api.sh';
import credentials from './lib/kube/credentials.sh';
import places from './lib/kube/places.sh';
import type { ActionContext } from './types.ts';

/** How a control-plane host asks its own API server; see docs/kit.md for the settings. */
export const apiScript = places + credentials + api;

/** What that needs to know of the cluster; the same for all its hosts. */
export function apiVariables({ cluster: { kubernetes } }: ActionContext): Record<string, string> {
  return {
    P_PORT: String(kubernetes.apiserverPort),
    P_ADDRESS: kubernetes.apiserverAddress ?? '',
    P_KUBECONFIGS: kubernetes.kubeconfigs.join(' '),
  };
}
