import { expect, it } from 'vitest';
import { ACTION_NAMES, actionNamed } from '../../../src/actions/registry.ts';
import { scriptSource } from '../../../src/node/script.ts';
import { bytesOf, MOST_TEXT, packed } from '../../../src/transport/ssm/packed.ts';

const script = { nonce: 'c0ffee0123456789' };
/** What readmit gets for a quarter of a cluster of 7,500 nodes. */
const CLIENTS = Array.from({ length: 1_875 }, (_, i) => `10.${i % 7}.${i >> 3}.${(i * 37) & 255}`).join(' ');

it.each(ACTION_NAMES.map((name) => actionNamed(name)).filter(({ node }) => node))(
  'SSM takes the script of $name, with the names of a large cluster in it',
  (action) => {
    const text = `P_CLIENTS='${CLIENTS}'\n${scriptSource(action)}`;
    expect(bytesOf(packed(text, script))).toBeLessThan(MOST_TEXT);
  },
);
