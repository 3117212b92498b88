import { nodesText } from '../../base/counts-line.ts';
import { foldLine } from '../../base/fold-names.ts';
import { oneLine } from '../../base/sanitize.ts';
import { classOf } from '../svg/swimlanes.ts';
import { type Markup, markup } from './markup.ts';

export const badge = (state: string): Markup => markup`<span class="state ${classOf(state)}">${state}</span>`;

/** Names of nodes as a short set, and how many they are. */
export const nodes = (targets: readonly string[]): Markup =>
  markup`${nodesText(targets.length)} <span class="name">${foldLine(targets.map(oneLine), MOST_NAMES)}</span>`;

const MOST_NAMES = 400;
