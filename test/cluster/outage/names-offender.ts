import type { Status } from '../../../src/status/types.ts';
import type { Advice } from '../../../src/who/advice.ts';
import type { Offender, Who } from '../../../src/who/types.ts';
import type { Cluster } from '../cluster.ts';
import type { Fireaxe } from '../fireaxe.ts';
import { offenderNodes } from '../flood.ts';
import { pause } from '../patience.ts';

type Advised = Offender & { advice?: Advice };

/**
 * What who and status say of a flood, asked again as they advise: while every server waits in the kubelet's back-off, a
 * client may be between two attempts.
 */
export async function namesOffender(cluster: Cluster, fireaxe: Fireaxe, withinMs = 180_000) {
  const until = Date.now() + withinMs;
  for (let asked = 1; ; asked++) {
    const began = Date.now();
    // This machine carries all nodes: a login takes its time.
    const who = await fireaxe.run('who', '--sample', 'all', '--timeout', '20s', '--output', 'json');
    const seconds = Math.round((Date.now() - began) / 1000);
    const told = await fireaxe.run('status', '--timeout', '20s', '--output', 'json');
    const { status } = told.json as unknown as { status: Status };
    const { offenders } = (who.json as unknown as { who: Omit<Who, 'offenders'> & { offenders: Advised[] } })
      .who;
    const first = offenders.find(({ reasons }) => reasons.length > 0);
    const lines = offenders.map(
      (one) =>
        `${one.name} on ${one.nodes.length}: ${one.connections} connections, ${one.reasons.join('; ')}`,
    );
    // A kubelet that did not read its pod before the servers died does not run it.
    const runs = await offenderNodes(cluster);
    const both = first && first.nodes.length > runs / 2 && status.verdict.text.includes('stands out');
    if (both || Date.now() > until) return { who: first, status, asked, seconds, lines, runs };
    await pause(3_000);
  }
}
