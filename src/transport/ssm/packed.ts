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

/**
 * What leaves for a text: itself or, where it is longer than SSM takes, its gzip in base64, which the node's shell unpacks.
 * It is run whole or not at all: gzip has a checksum. About 150,000 bytes of script fit.
 */
export function packed(text: string, { nonce }: Pick<NodeScript, 'nonce'>): string {
  if (bytesOf(text) <= MOST_TEXT) return text;
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

/** Nothing ran: the node lacks what unpacks a text. */
export function notUnpacked(result: NodeResult | undefined): boolean {
  return result?.op === UNPACK && result.state === 'refused';
}
