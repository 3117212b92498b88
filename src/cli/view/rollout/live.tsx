import { Box, render, Static, Text } from 'ink';
import { formatDuration } from '../../../base/duration.ts';
import { sanitize } from '../../../base/sanitize.ts';
import { formatClock } from '../../../base/time.ts';
import type { RolloutPlan } from '../../../plan/rollout/types.ts';
import { RolloutProgress, type RolloutViewing } from './progress.ts';
import { type FoldedRow, foldRows, headline } from './rows.ts';
import type { RolloutView } from './view.ts';

/** The live area stays small: ink clears the scrollback when a frame is as high as the terminal. */
const MAX_ROWS = 12;
const FRAME_MS = 150;

interface Line {
  id: number;
  text: string;
}

/** Finished lines scroll away above; below them the clusters in at most twelve rows, and the whole in one line. */
export function liveRolloutView(
  stderr: NodeJS.WriteStream,
  now: () => Date,
  color: boolean,
  plan: RolloutPlan,
  how: RolloutViewing = {},
): RolloutView {
  const progress = new RolloutProgress(plan, how);
  const started = now().getTime();
  const lines: Line[] = [];
  const frame = () => {
    const rows = [...progress.rows.values()];
    // A terminal of few rows must keep one free, and one for the headline.
    const most = Math.min(MAX_ROWS, (stderr.rows ?? 24) - 4);
    const elapsed = formatDuration(now().getTime() - started);
    const head = `${headline(rows, progress.recovers)} · ${elapsed}`;
    return <Frame lines={[...lines]} rows={foldRows(rows, most)} head={head} color={color} />;
  };
  const app = render(frame(), { stdout: stderr, exitOnCtrlC: false, patchConsole: false });
  const beat = setInterval(() => {
    // The terminal is not read, as after Ctrl-S: a later frame shows the state of that time.
    if (stderr.writableLength === 0) app.rerender(frame());
  }, FRAME_MS);
  const say = (at: string, texts: string[]) => {
    for (const text of texts) lines.push({ id: lines.length, text: sanitize(`${formatClock(at)} ${text}`) });
  };
  return {
    onEvent: (event) => say(event.at, progress.update(event)),
    onRun: (cluster, event) => say(event.at, progress.updateRun(cluster, event)),
    recall: (records) => progress.recall(records),
    async end() {
      clearInterval(beat);
      app.rerender(frame());
      // The last frame is queued; do not wait until it is read.
      app.unmount();
    },
  };
}

function Frame(props: { lines: Line[]; rows: FoldedRow[]; head: string; color: boolean }) {
  return (
    <>
      <Static items={props.lines}>{(line) => <Text key={line.id}>{line.text}</Text>}</Static>
      <Box flexDirection="column">
        {props.rows.map((row) => (
          <RowLine key={row.clusters[0]} row={row} color={props.color} />
        ))}
        <Text bold={props.color} wrap="truncate">
          {props.head}
        </Text>
      </Box>
    </>
  );
}

const COLORS: Record<string, string> = {
  running: 'cyan',
  ok: 'green',
  failed: 'red',
  interrupted: 'yellow',
  skipped: 'yellow',
};

function RowLine({ row, color }: { row: FoldedRow; color: boolean }) {
  const paint = color ? COLORS[row.state] : undefined;
  const [name, ...others] = row.clusters;
  const who = others.length === 0 ? name! : `${row.clusters.length} clusters`;
  return (
    <Text wrap="truncate">
      {sanitize(who).padEnd(16)} <Text {...(paint ? { color: paint } : {})}>{row.state.padEnd(13)}</Text>{' '}
      {row.api.padEnd(5)} {sanitize(row.text).replaceAll('\n', ' ')}
    </Text>
  );
}
