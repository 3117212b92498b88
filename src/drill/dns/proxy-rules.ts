import type { Tool } from '../types.ts';
import { SERVICES } from './names.ts';

/** Simulated iptables-save: the rules by which kube-proxy leads the services' addresses, with the names in their comments. */
export function iptablesSave(): Tool {
  return () => ({ code: 0, stdout: proxyRules(), stderr: '' });
}

/** The chain KUBE-SERVICES as kube-proxy writes it. */
export function proxyRules(): string {
  const rules = SERVICES.flatMap(({ name, address, ports }) => {
    const [service = '', namespace = ''] = name.split('.');
    return ports.map(
      ({ name: port, port: number, protocol }) =>
        `-A KUBE-SERVICES -d ${address}/32 -p ${protocol} -m comment --comment "${namespace}/${service}:${port} cluster IP" ` +
        `-m ${protocol} --dport ${number} -j KUBE-SVC-${chain(`${name}${port}`)}`,
    );
  });
  return ['*nat', ':KUBE-SERVICES - [0:0]', ...rules, 'COMMIT', ''].join('\n');
}

/** 16 letters, as kube-proxy's chains end. */
function chain(text: string): string {
  return [...text.toUpperCase().replaceAll(/[^A-Z]/g, ''), ...'AAAAAAAAAAAAAAAA'].slice(0, 16).join('');
}
