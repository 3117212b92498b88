import { strip } from '../../base/strip-script.ts';
import { compose, type Fragments } from '../../node/compose.ts';
import ending from './ending.sh';
import flood from './flood.sh';

/** What outlives the script that starts it: the flood, and what a timer ends it by. */
export const floodFragments: Fragments = { flood, ending };

export const floodText = (): string => strip(compose(['flood'], floodFragments));

export const endText = (): string => strip(compose(['ending'], floodFragments));
