import { strip } from '../../base/strip-script.ts';
import { compose, type Fragments } from '../../node/compose.ts';
import { library } from '../../node/lib/index.ts';
import flat from './flat.sh';
import free from './free.sh';
import lead from './lead.sh';
import load from './load.sh';
import server from './server.sh';
import watch from './watch.sh';

/** What the watch is made of, which outlives the script that starts it; `watch` comes first. */
export const watchFragments: Fragments = { ...library, flat, load, lead, server, free, watch };

export function watchText(): string {
  return strip(compose(['watch'], watchFragments));
}
