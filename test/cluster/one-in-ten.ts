import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { PORT } from './layout.ts';
import { eventually } from './patience.ts';

const PROGRAM = '/run/one-in-ten.mjs';
const NOTES = '/run/one-in-ten.json';
const AT = PORT + 1;
const RULE = `OUTPUT -p tcp -d 127.0.0.1 --dport ${PORT} -j REDIRECT --to-ports ${AT}`;

/** What became of the connections. */
export interface Answers {
  answered: number;
  lost: number;
  reset: number;
}

/** While `work` runs, the API server of a machine answers one request in ten there: on 127.0.0.1, which Fireaxe asks. */
export async function oneInTen(cluster: Cluster, at: string, work: () => Promise<void>): Promise<Answers> {
  const machine = cluster.at(at);
  const script = readFileSync(join(import.meta.dirname, 'node/one-in-ten.mjs'), 'utf8');
  await machine.sh(`cat >${PROGRAM}`, { stdin: script });
  const words = `${PROGRAM} ${AT} ${machine.spec.address} ${PORT} ${NOTES}`;
  const pid = await cluster.sh(at, `setsid node ${words} </dev/null >/dev/null 2>&1 & echo $!`);
  try {
    await eventually(
      'it listens',
      async () => (await cluster.sh(at, `ss -Hltn 'sport = :${AT}'`)) !== '',
      20_000,
    );
    await cluster.sh(at, `iptables -w -t nat -I ${RULE}`);
    await work();
    return JSON.parse(await cluster.sh(at, `cat ${NOTES}`)) as Answers;
  } finally {
    await cluster.sh(at, `iptables -w -t nat -D ${RULE}; kill ${pid}; rm -f ${NOTES} ${PROGRAM}`);
  }
}
