import { gzipSync } from 'node:zlib';
import { quote } from '../../base/quote.ts';
import { resultStart } from '../markers.ts';
import type { NodeResult, NodeScript } from '../types.ts';

/** SSM takes 64 KB with the document around it. */
export const MOST_TEXT = 60_000;

/** What a node says that it did when it could not unpack a text. */
const UNPACK = 'unpack';

/** Of a text in a request. */
export const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text));

/** What leaves for a text: itself or, where it is longer than SSM takes, packed. */
export function packed(text: string, script: Pick<NodeScript, 'nonce'>): string {
  return bytesOf(text) <= MOST_TEXT ? text : pack(text, script);
}

/** The same for one command after another: a text that did not change since is packed once. */
export function packer(script: Pick<NodeScript, 'nonce'>): (text: string) => string {
  let last: { text: string; sent: string } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, sent: packed(text, script) };
    return last.sent;
  };
}

/**
 * The gzip of a text in base64, which the node's shell unpacks. It is run whole or not at all: gzip has a checksum. About
 * 150,000 bytes of script fit.
 */
function pack(text: string, { nonce }: Pick<NodeScript, 'nonce'>): string {
  const base64 = gzipSync(text, { level: 9 }).toString('base64');
  const refused = `${resultStart(nonce)},"op":"${UNPACK}","state":"refused","code":"no-tool","note":"base64 and gzip are needed here for a script of this length over SSM"}`;
  return [
    `FX_TEXT=$(printf %s ${quote(base64)} | base64 -d 2>/dev/null | gzip -dc 2>/dev/null) && [ -n "$FX_TEXT" ] || {`,
    `  printf '\\n%s\\n' ${quote(refused)}`,
    '  exit 4',
    '}',
    'eval "$FX_TEXT"',
    '',
  ].join('\n');
}

/** What an instance id adds to a text: the id, which a hybrid machine has the longest, and a space. */
const ID_BYTES = 21;
/** The most that it adds to a packed one. */
const PACKED_ID_BYTES = Math.ceil((ID_BYTES * 4) / 3);

/**
 * How many ids can be added to a text, up to as many as are wanted: as it is where all of them fit so, else packed where
 * more of them do.
 */
export function roomForIds(text: string, wanted: number, script: Pick<NodeScript, 'nonce'>): number {
  const room = Math.floor((MOST_TEXT - bytesOf(text)) / ID_BYTES);
  if (room >= wanted) return wanted;
  const inPacked = Math.floor((MOST_TEXT - bytesOf(pack(text, script))) / PACKED_ID_BYTES);
  return Math.min(wanted, Math.max(room, inPacked));
}

/** Nothing ran: the node lacks what unpacks a text. */
export function notUnpacked(result: NodeResult | undefined): boolean {
  return result?.op === UNPACK && result.state === 'refused';
}
