import clients from './clients.sh';
import clientsGroups from './clients-groups.sh';
import clientsRules from './clients-rules.sh';
import clientsSockets from './clients-sockets.sh';
import clientsWatch from './clients-watch.sh';
import controllers from './controllers.sh';
import elsewhere from './elsewhere.sh';
import hosts from './hosts.sh';
import hostsIptables from './hosts-iptables.sh';
import hostsRules from './hosts-rules.sh';
import node from './node.sh';
import proxies from './proxies.sh';
import set from './set.sh';

/** What fence runs on a node; `node` comes first and names what it needs. */
export const fragments = {
  clients,
  'clients-groups': clientsGroups,
  'clients-rules': clientsRules,
  'clients-sockets': clientsSockets,
  'clients-watch': clientsWatch,
  controllers,
  elsewhere,
  hosts,
  'hosts-iptables': hostsIptables,
  'hosts-rules': hostsRules,
  node,
  proxies,
  set,
};
