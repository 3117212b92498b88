import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';

const CA = '/etc/kubernetes/pki/ca';
const SCRIPT = readFileSync(join(import.meta.dirname, 'node/expired.sh'), 'utf8');

/** The same certificate, of the same key and by the same authority, but valid until yesterday. */
export async function expired(cluster: Cluster, at: string, cert: string, key: string): Promise<string> {
  const given = { cert: cert.trim(), key: key.trim(), ca: CA };
  const lines = Object.entries(given).map(([name, value]) => `${name}='${value}'\n`);
  const ran = await cluster.at(at).sh('sh -s', { stdin: `${lines.join('')}${SCRIPT}` });
  if (ran.code !== 0) throw new Error(`no expired certificate: ${ran.stderr}`);
  return ran.stdout;
}

/** The same kubeconfig with an expired client certificate. */
export async function expiredKubeconfig(cluster: Cluster, at: string, text: string): Promise<string> {
  const [cert, key] = ['client-certificate-data', 'client-key-data'].map((member) => {
    const data = new RegExp(`${member}: (\\S+)`).exec(text)?.[1];
    if (data === undefined) throw new Error(`no ${member} in the kubeconfig`);
    return { data, pem: Buffer.from(data, 'base64').toString() };
  });
  const again = await expired(cluster, at, cert!.pem, key!.pem);
  return text.replace(cert!.data, Buffer.from(again).toString('base64'));
}
