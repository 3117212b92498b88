import { formatDuration } from '../../base/duration.ts';
import type { Part } from '../incident.ts';
import { dnsNote } from '../names.ts';
import { timeAxis } from '../svg/axis.ts';
import { numberText, plot, WIDTH } from '../svg/plot.ts';
import { swimlanes } from '../svg/swimlanes.ts';
import { type Markup, markup } from './markup.ts';
import { inForce, outcomes, undone } from './tables.ts';
import { badge } from './words.ts';

/** What happened on one cluster. In the report of a rollout it is a chapter with the name of the cluster. */
export function cluster(part: Part, named: boolean): Markup {
  const { from, to, pauses, series, lanes, problem } = part;
  const axis = timeAxis([from, to], pauses, [170, WIDTH - 12]);
  return markup`<section>
${named && markup`<h2>${part.cluster} ${badge(part.state)}</h2><p class="soft">run <code>${part.runId}</code>, ${formatDuration(Math.max(0, to - from))}</p>`}
${named && problem !== undefined && markup`<p class="warning">Its journal is not whole: ${problem}.</p>`}
<h2>Over time</h2>
${series.length === 0 && markup`<p class="soft">The run read no values of the control plane: its plan has no gate.</p>`}
${series.map(
  (one) =>
    markup`<figure><h3>${one.title} <small>${numberText(one.points.at(-1)![1])}${one.unit} at last</small></h3>${plot(one, axis)}</figure>`,
)}
<p class="soft">${dnsNote(series)}</p>
<h2>Workstreams</h2>
<figure>${swimlanes(lanes, axis, to)}</figure>
${lanes.some(({ stretches }) => stretches.length === 0) && markup`<ul>${lanes.filter(({ stretches }) => stretches.length === 0).map((lane) => markup`<li>${lane.name} (${lane.title}): ${lane.state}${lane.why !== undefined && markup`: ${lane.why}`}</li>`)}</ul>`}
<h2>Outcomes</h2>
${outcomes(part)}
<h2>Still in force</h2>
${inForce(part)}
<h2>Undone</h2>
${undone(part)}
</section>`;
}
