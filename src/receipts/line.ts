import { formatTime } from '../base/time.ts';
import { isPlainId, type Order, readOrder } from '../node/order.ts';

/**
 * What a node says of a step: a state of its result, or `undone`, `reverted` (by its timer), `running`, `interrupted`
 * (it began and did not end).
 */
export const RECEIPT_STATES = [
  'changed',
  'already',
  'ok',
  'failed',
  'refused',
  'running',
  'interrupted',
  'reverted',
  'undone',
] as const;
export type ReceiptState = (typeof RECEIPT_STATES)[number];

/** One receipt of a node. */
export interface Receipt {
  run: string;
  /** The folder: the step, and a suffix where the fleet had several entries for one machine. */
  folder: string;
  state: ReceiptState;
  /** ISO 8601, by the node's clock. */
  since?: string;
  /** When it was undone, by the node's clock. */
  ended?: string;
  /** Who undid it; absent where an early version did. */
  endedBy?: string;
  /** When the node ends it by itself. */
  until?: string;
  /** That is by its timer, and only unless it is kept. */
  armed?: boolean;
  /** It stays until it is undone: its timers are ended. */
  kept?: boolean;
  /** Whose it is; absent in receipts of an early version. */
  order?: Order;
  /** The order is too long for what the transport brings back. */
  long?: boolean;
}

/** The receipts in what receipts/tell.sh printed, as far as they are in its form; `at` is the time of the reading. */
export function readReceipts(stdout: string, at: Date): Receipt[] {
  const found = new Map<string, Receipt>();
  for (const line of stdout.split('\n')) {
    const receipt = line.startsWith('receipt ') ? readLine(line, at) : undefined;
    const key = receipt && `${receipt.run}/${receipt.folder}`;
    // A pause of several components has a note for each.
    if (key !== undefined && !found.has(key)) found.set(key, receipt!);
  }
  return [...found.values()];
}

const MAY_STAND: readonly ReceiptState[] = ['changed', 'failed', 'interrupted', 'running'];

/** Whether the change of a step may be in force: it was made, or may have been, and is neither undone nor over. */
export function mayStand({ state, until, order }: Receipt, at: Date): boolean {
  const over = until !== undefined && Date.parse(until) < at.getTime();
  return MAY_STAND.includes(state) && order?.noUndo === undefined && !over;
}

function readLine(line: string, at: Date): Receipt | undefined {
  const [, place = '', began = '', state = '', left = '', ended = ''] = line.split(' ', 6);
  const [run = '', folder = '', more] = place.split('/');
  if (!isPlainId(run) || !isPlainId(folder) || more !== undefined || !isState(state)) return undefined;
  const told = line.slice(line.split(' ', 6).join(' ').length + 1);
  const order = readOrder(told);
  // Another run's order in this folder would be undone for this one.
  const own = order?.run === run && folder.startsWith(order.step) ? order : undefined;
  const since = timeOf(began) ?? own?.at;
  const [endedAt = '', ...by] = ended.split('/');
  const over = timeOf(endedAt);
  const endedBy = by.join('/');
  return {
    run,
    folder,
    state,
    ...(since !== undefined && { since: formatTime(since) }),
    ...(over !== undefined && { ended: formatTime(over) }),
    ...(over !== undefined && endedBy !== '' && { endedBy }),
    ...(/^-?\d{1,7}$/.test(left) && { until: formatTime(after(at, Number(left))), armed: true }),
    ...(left === 'kept' && { kept: true }),
    ...(own && { order: own }),
    ...(told === 'long' && { long: true }),
  };
}

const isState = (word: string): word is ReceiptState => (RECEIPT_STATES as readonly string[]).includes(word);

const after = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000);

function timeOf(seconds: string): Date | undefined {
  return /^\d{1,11}$/.test(seconds) ? new Date(Number(seconds) * 1000) : undefined;
}
