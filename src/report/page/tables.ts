import { countsLine } from '../../base/counts-line.ts';
import { formatDuration } from '../../base/duration.ts';
import { formatClock } from '../../base/time.ts';
import type { Incident, Part } from '../incident.ts';
import type { StepOutcomes } from '../outcomes.ts';
import { shownEntries, stretchOf } from '../shown.ts';
import { classOf } from '../svg/swimlanes.ts';
import { type Markup, markup } from './markup.ts';
import { badge, nodes } from './words.ts';

const STATES = ['ok', 'failed', 'unreachable', 'timed-out', 'unknown', 'not-attempted'] as const;
/** Of the reasons of a step; the rest is counted. */
const MOST_REASONS = 12;

const number = (n: number): Markup => markup`<td class="number ${n === 0 ? 'zero' : ''}">${n}</td>`;

/** Every cluster of a rollout, in launch order. */
export function clusters({ rollout = [], parts, runId }: Incident): Markup {
  const shown = new Set(parts.map(({ cluster }) => cluster));
  const hidden = rollout.filter(({ cluster, run }) => run !== undefined && !shown.has(cluster)).length;
  return markup`<h2>Clusters</h2>
<table><thead><tr><th>Cluster</th><th>State</th>${STATES.map((state) => markup`<th class="number">${state}</th>`)}<th>Why</th></tr></thead><tbody>
${rollout.map(
  ({ cluster, state, counts, why }) =>
    markup`<tr><td>${cluster}</td><td>${badge(state)}</td>${STATES.map((name) => number(counts?.[name] ?? 0))}<td>${why}</td></tr>`,
)}</tbody></table>
${hidden > 0 && markup`<p class="soft">${hidden} more clusters have a run that is not shown below: <code>fireaxe report ${runId} -c NAME</code></p>`}`;
}

/** What each step did on how many, and why targets are not ok. */
export function outcomes({ steps, lanes }: Part): Markup {
  return markup`<table><thead><tr><th>When</th><th>Step</th><th>State</th><th>On</th><th>Outcomes</th></tr></thead><tbody>
${steps.map((step) => {
  const { from, ms } = stretchOf(lanes, step.step);
  return markup`<tr><td class="time">${from === undefined ? 'not begun' : formatClock(new Date(from))}<br><span class="soft">${ms !== undefined && formatDuration(ms)}</span></td>
<td><b>${step.title}</b><br><span class="soft">${step.workstream} / ${step.step}</span></td><td>${badge(step.state)}</td>
<td>${nodes(step.targets)}</td><td class="wide">${countsLine(step.counts)}${step.already > 0 && markup`<br><span class="soft">${step.already} were so already</span>`}${shares(step.counts)}</td></tr>`;
})}</tbody></table>
${steps.filter(({ reasons }) => reasons.length > 0).map(notOk)}`;
}

/** The outcomes of a step as a bar. */
function shares(counts: StepOutcomes['counts']): Markup {
  const all = STATES.reduce((sum, state) => sum + counts[state], 0) || 1;
  let x = 0;
  return markup`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${STATES.map(
    (state) => {
      const width = (counts[state] / all) * 100;
      x += width;
      return (
        width > 0 &&
        markup`<rect class="share ${classOf(state)}" x="${(x - width).toFixed(2)}" y="0" width="${width.toFixed(2)}" height="8"/>`
      );
    },
  )}</svg>`;
}

function notOk({ step, title, reasons }: StepOutcomes): Markup {
  const rest = reasons.slice(MOST_REASONS).reduce((sum, { targets }) => sum + targets.length, 0);
  return markup`<h3>${step} <small>${title}</small></h3><ul>
${reasons
  .slice(0, MOST_REASONS)
  .map(
    ({ state, code, said, targets }) =>
      markup`<li>${badge(state)}${code !== '' && code !== state && markup` <code>${code}</code>`}: ${nodes(targets)}${said !== '' && markup`<br><span class="soft">${said}</span>`}</li>`,
  )}${rest > 0 && markup`<li>for other reasons: ${rest}</li>`}</ul>`;
}

export function inForce({ standing }: Part): Markup {
  if (standing.length === 0) return markup`<p>Nothing that this run changed.</p>`;
  return markup`<table><thead><tr><th>Step</th><th>On</th><th>Undo</th></tr></thead><tbody>
${standing.map(
  ({ step, title, targets, undo, why }) =>
    markup`<tr><td><b>${title}</b><br><span class="soft">${step}</span></td><td>${nodes(targets)}</td><td>${undo}${why !== undefined && markup`<br><span class="soft">${why}</span>`}</td></tr>`,
)}</tbody></table>`;
}

export function undone({ undone }: Part): Markup {
  if (undone.length === 0) return markup`<p>Nothing.</p>`;
  return markup`<table><thead><tr><th>Step</th><th>Undone on</th><th>Not undone on</th></tr></thead><tbody>
${undone.map(
  ({ step, title, targets, failed }) =>
    markup`<tr><td><b>${title}</b><br><span class="soft">${step}</span></td><td>${nodes(targets)}</td><td>${failed.length > 0 && nodes(failed)}</td></tr>`,
)}</tbody></table>`;
}

/** What happened, line by line. */
export function story(incident: Incident): Markup {
  const { entries, leftOut } = shownEntries(incident.entries);
  return markup`<section><h2>What happened</h2>
<table><thead><tr><th>Time</th><th>After</th><th>Where</th><th>What</th></tr></thead><tbody>
${entries.map(
  ({ at, afterMs, workstream, step, cluster, text }) =>
    markup`<tr><td class="time">${formatClock(at)}</td><td class="time soft">+${formatDuration(Math.max(0, afterMs))}</td><td>${[cluster, workstream, step].filter((word) => word !== undefined).join(' / ')}</td><td>${text}</td></tr>`,
)}</tbody></table>
${leftOut > 0 && markup`<p class="soft">${leftOut} lines in the middle are left out: <code>fireaxe timeline ${incident.runId}</code></p>`}</section>`;
}
