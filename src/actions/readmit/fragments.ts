import clients from './clients.sh';
import iptables from './iptables.sh';
import node from './node.sh';
import refence from './refence.sh';

/** What readmit runs on a node; `node` comes first and names what it needs. */
export const fragments = {
  clients,
  iptables,
  node,
  refence,
};
