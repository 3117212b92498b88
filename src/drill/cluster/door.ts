import { setTimeout as delay } from 'node:timers/promises';
import { CLOCKS } from '../time-scale.ts';
import type { LabNetwork, LabNode } from '../types.ts';

export const API_PORT = 6443;

/** Where one API server can be reached now. */
export interface ApiDoor {
  node: LabNode;
  /** Real loopback port; 0 while no server listens. */
  port(): number;
}

/** Why a request got no answer. */
export class NoAnswer extends Error {
  readonly why: 'refused' | 'timeout' | 'reset';

  constructor(why: 'refused' | 'timeout' | 'reset') {
    super(why);
    this.why = why;
  }
}

/**
 * Knocks with a first packet. A rejected one is refused at once; a dropped one is sent again, as TCP does,
 * until it is let in or the caller's time is over. `down` is a machine that was off at the last packet: no
 * rule turned anybody away.
 */
export async function knock(
  network: LabNetwork,
  from: LabNode,
  door: ApiDoor,
  pid: number | undefined,
  timeoutMs: number,
): Promise<'let-in' | 'refused' | 'timeout' | 'down'> {
  const sender = pid === undefined ? {} : { pid };
  const until = Date.now() + Math.min(timeoutMs, CLOCKS.dialTimeout);
  for (let wait: number = CLOCKS.synRetry; ; wait *= 2) {
    const on = door.node.running();
    const verdict = network.verdict(from, door.node, API_PORT, 'new', sender);
    if (verdict === 'accept') return 'let-in';
    if (verdict === 'reject') return 'refused';
    const left = until - Date.now();
    await delay(Math.max(0, Math.min(wait, left)));
    if (left <= wait) return on ? 'timeout' : 'down';
  }
}
