import { parseAmount, parseSome } from '../base/amount.ts';
import { usage } from '../base/errors.ts';
import { spread } from '../fleet/select.ts';
import type { FleetNode } from '../fleet/types.ts';
import type { NodeLimits, NodesSpec } from '../plan/types.ts';

/** What a gate asks of the nodes that come back, as it is typed. */
export interface NodesText {
  calm?: string | undefined;
  sample?: string | undefined;
  pulls?: string | undefined;
  failed?: string | undefined;
  registry?: string | undefined;
  waiting?: string | undefined;
  restarts?: string | undefined;
  uplink?: string | undefined;
  conntrack?: string | undefined;
}

/** Each of them is a login at every reading of the gate. */
const MOST_NODES = 100;
/** What a node does that is not in the middle of its return. */
const USUAL = { pulls: '3', failed: '2', registry: '0', waiting: '3', restarts: '5' } as const;

/** Limits by the names under which they are typed. */
export const LIMIT_NAMES = [...Object.keys(USUAL), 'uplink', 'conntrack'];

/**
 * Reads the texts into numbers, and chooses which of the nodes concerned are read; without these, the run chooses among those
 * that are back. Throws usage with the place of the wrong text.
 */
export function nodesSpec(
  text: NodesText,
  at: (key: keyof NodesText) => string,
  concerned?: FleetNode[],
): NodesSpec {
  const { calm = '90%', uplink = '80%', conntrack = '80%' } = text;
  parseSome(calm, at('calm'), 'a gate that needs no calm node');
  parseSome(uplink, at('uplink'), 'a gate that allows no traffic');
  const sample = count(text.sample ?? '20', at('sample'), 1, MOST_NODES);
  const percent = parseAmount(conntrack, at('conntrack'));
  if (!('percent' in percent))
    throw usage(`conntrack is a share: ${conntrack}`, {
      place: at('conntrack'),
      expected: 'for example 80%',
    });
  const limit = (key: keyof typeof USUAL) => count(text[key] ?? USUAL[key], at(key), 0, 100_000);
  const limits: NodeLimits = {
    pulls: limit('pulls'),
    failed: limit('failed'),
    registry: limit('registry'),
    waiting: limit('waiting'),
    restarts: limit('restarts'),
    uplink,
    conntrackPercent: percent.percent,
  };
  const names = concerned && spread(concerned, sample).map(({ name }) => name);
  return { calm, sample, ...(names && { names }), limits };
}

function count(text: string, place: string, least: number, most: number): number {
  const n = Number(text);
  if (/^\d+$/.test(text) && n >= least && n <= most) return n;
  throw usage(`not a number of them: ${JSON.stringify(text)}`, {
    place,
    expected: `a whole number from ${least} to ${most}`,
  });
}
