import { formatDuration } from '../../base/duration.ts';
import { formatTime } from '../../base/time.ts';
import type { Incident } from '../incident.ts';
import { lastedMs, readyText, standingCount } from '../summary.ts';
import { type Markup, markup } from './markup.ts';
import { badge } from './words.ts';

/** What it was, who did it and why, and how it ended. */
export function head(incident: Incident): Markup {
  const { title, name, where, reason, state, problem, next, counts, planned } = incident;
  const ms = lastedMs(incident);
  const missing = planned - counts.ok;
  const ready = readyText(incident);
  const tiles: [string, string][] = [
    [
      ms === undefined ? 'no end' : formatDuration(ms),
      ms === undefined ? 'it runs, or was cut off' : 'from begin to end',
    ],
    ...(ready ? [[ready, 'API servers ready, first to last'] as [string, string]] : []),
    [`${counts.ok} of ${planned}`, 'targets ok'],
    [String(missing), 'targets not ok'],
    [String(standingCount(incident)), 'changes still in force'],
  ];
  return markup`<header>
<h1>${title}</h1>
<p>${badge(state)} <span class="soft">${name} on</span> <b>${where}</b></p>
<p>${reason}</p>
${problem !== undefined && markup`<p class="warning">The journal is not whole: ${problem}. What follows is what can still be read.</p>`}
<div class="tiles">${tiles.map(([value, what]) => markup`<div class="tile"><b>${value}</b><span>${what}</span></div>`)}</div>
<dl>${facts(incident).map(([key, value]) => markup`<dt>${key}</dt><dd>${value}</dd>`)}
${next !== undefined && markup`<dt>Next</dt><dd><code>${next}</code></dd>`}</dl>
</header>`;
}

function facts(incident: Incident): [string, string][] {
  const { runId, operator, host, startedAt, endedAt, planHash, planCreatedAt, version, sealed } = incident;
  return [
    ['Run', runId],
    ['By', `${operator} on ${host}`],
    ['Began', formatTime(startedAt)],
    ['Ended', endedAt === undefined ? 'not, as far as the journal knows' : formatTime(endedAt)],
    ['Plan', `${planHash.slice(0, 12)}, made ${formatTime(planCreatedAt)} by fireaxe ${version}`],
    ['Journal', sealed ? 'sealed and unchanged' : 'not sealed: an edit of its end could not be seen'],
  ];
}
