import { DOMAIN } from './names.ts';

/** The Corefile that kubeadm writes. */
export const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes ${DOMAIN} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success ${DOMAIN}
       disable denial ${DOMAIN}
    }
    loop
    reload
    loadbalance
}
`;

/** The names that the plugin hosts of a Corefile answers, from the lines `ADDRESS NAME…` of its blocks. */
export function hostsOf(corefile: string): ReadonlySet<string> {
  const names = new Set<string>();
  let inside = false;
  for (const line of corefile.split('\n')) {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    if (word === 'hosts') inside = true;
    else if (word === '}') inside = false;
    else if (inside && /^[0-9a-f]*[.:]/.test(word)) for (const name of rest) names.add(name);
  }
  return names;
}
