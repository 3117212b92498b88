import type { ActionContext } from '../types.ts';
import api from './api.sh';
import credentials from './credentials.sh';
import places from './places.sh';

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
