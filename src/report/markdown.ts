import { countsLine, nodesText } from '../base/counts-line.ts';
import { formatDuration } from '../base/duration.ts';
import { foldLine } from '../base/fold-names.ts';
import { oneLine, sanitize } from '../base/sanitize.ts';
import { formatClock, formatTime } from '../base/time.ts';
import type { Incident, Part } from './incident.ts';
import { dnsNote } from './names.ts';
import { shownEntries, stretchOf } from './shown.ts';
import { lastedMs } from './summary.ts';
import { spoken } from './svg/plot.ts';

/** The report for the postmortem document. Each text from outside is a code span: it is never a link, a picture or markup. */
export function markdownOf(incident: Incident): string {
  const { title, where, state, reason, runId, operator, host, startedAt, next, problem, counts } = incident;
  const ms = lastedMs(incident);
  const several = incident.rollout !== undefined;
  return [
    `# ${code(title)} on ${code(where)}: ${state}`,
    '',
    `- Why: ${code(reason)}`,
    `- By: ${code(`${operator} on ${host}`)}`,
    `- Run: ${code(runId)}`,
    `- Began: ${formatTime(startedAt)}`,
    `- Took: ${ms === undefined ? 'no end: it runs, or was cut off' : formatDuration(ms)}`,
    `- Targets: ${incident.planned} planned: ${countsLine(counts)}`,
    ...(next === undefined ? [] : [`- Next: ${code(next)}`]),
    ...(problem === undefined ? [] : ['', `**The journal is not whole:** ${code(problem)}`]),
    ...(several ? ['', '## Clusters', '', ...clusterRows(incident)] : []),
    ...incident.parts.flatMap((part) => partLines(part, several)),
    ...storyLines(incident),
    '',
  ].join('\n');
}

/** A code span that holds any text: its fence is longer than any run of backticks in it. */
export function code(text: string): string {
  const line = oneLine(sanitize(text)) || '-';
  const longest = [...line.matchAll(/`+/g)].reduce((n, [run]) => Math.max(n, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  const space = /^`|`$/.test(line) ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

function rows(heads: string[], cells: string[][]): string[] {
  // Also in a code span a bar would end the cell.
  const line = (words: string[]) => `| ${words.map((word) => word.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...cells.map(line)];
}

const on = (targets: readonly string[]) =>
  targets.length === 0 ? '-' : `${nodesText(targets.length)} ${code(foldLine(targets, 200))}`;

function clusterRows({ rollout = [] }: Incident): string[] {
  return rows(
    ['Cluster', 'State', 'Targets', 'Why'],
    rollout.map(({ cluster, state, counts, why }) => [
      code(cluster),
      state,
      counts ? code(countsLine(counts)) : '-',
      why === undefined ? '-' : code(why),
    ]),
  );
}

function partLines(part: Part, named: boolean): string[] {
  const { cluster, series, steps, lanes, standing, undone } = part;
  const level = named ? '###' : '##';
  const outcomes = steps.map(({ step, title, state, targets, counts }) => {
    const { from, ms } = stretchOf(lanes, step);
    const when = from === undefined ? 'not begun' : formatClock(new Date(from));
    return [
      when,
      ms === undefined ? '-' : formatDuration(ms),
      code(step),
      code(title),
      on(targets),
      state,
      countsLine(counts),
    ];
  });
  const reasons = steps.flatMap(({ step, reasons }) =>
    reasons.map(({ state, code: why, said, targets }) => {
      const told = said === '' ? '' : `: ${code(said)}`;
      return `- ${code(step)}: ${state}${why === '' ? '' : ` (${code(why)})`}: ${on(targets)}${told}`;
    }),
  );
  return [
    ...(named ? ['', `## ${code(cluster)}: ${part.state}`] : []),
    '',
    `${level} Over time`,
    '',
    ...series.map((one) => `- ${spoken(one)}`),
    `- ${dnsNote(series)}`,
    '',
    `${level} Outcomes`,
    '',
    ...rows(['When', 'Took', 'Step', 'What', 'On', 'State', 'Targets'], outcomes),
    ...(reasons.length > 0 ? ['', ...reasons] : []),
    '',
    `${level} Still in force`,
    '',
    ...(standing.length === 0
      ? ['Nothing that this run changed.']
      : standing.map(({ step, title, targets, undo, why }) => {
          const fate = [undo, why].flatMap((text) => (text === undefined ? [] : [code(text)])).join('; ');
          return `- ${code(step)} (${code(title)}): ${on(targets)}: ${fate}`;
        })),
    '',
    `${level} Undone`,
    '',
    ...(undone.length === 0
      ? ['Nothing.']
      : undone.map(({ step, title, targets, failed }) => {
          const not = failed.length === 0 ? '' : `; not on ${on(failed)}`;
          return `- ${code(step)} (${code(title)}): ${on(targets)}${not}`;
        })),
  ];
}

function storyLines(incident: Incident): string[] {
  const { entries, leftOut } = shownEntries(incident.entries);
  const lines = entries.map(({ at, workstream, step, cluster, text }) => {
    const where = [cluster, workstream, step].filter((word) => word !== undefined).join(' / ');
    return [formatClock(at), where === '' ? '-' : code(where), code(text)];
  });
  return [
    '',
    '## What happened',
    '',
    ...rows(['Time (UTC)', 'Where', 'What'], lines),
    ...(leftOut > 0
      ? ['', `${leftOut} lines in the middle are left out: ${code(`fireaxe timeline ${incident.runId}`)}`]
      : []),
  ];
}
