import { Box, render, Static, Text } from 'ink';
import { formatDuration } from '../../base/duration.ts';
import { sanitize } from '../../base/sanitize.ts';
import { formatClock } from '../../base/time.ts';
import type { Plan } from '../../plan/types.ts';
import type { RunEvent } from '../../run/types.ts';
import { Progress, type Row, rowText } from './progress.ts';
import type { View } from './view.ts';

/** The live area stays small: ink clears the scrollback when a frame is as high as the terminal. */
const MAX_ROWS = 10;
const FRAME_MS = 150;

interface Line {
  id: number;
  text: string;
}

/** Finished lines scroll away above; below them one row a workstream. */
export function liveView(stderr: NodeJS.WriteStream, now: () => Date, color: boolean, plan?: Plan): View {
  const progress = new Progress(plan);
  const started = now().getTime();
  const lines: Line[] = [];
  const app = render(<Frame lines={[]} rows={[]} elapsed="0ms" color={color} />, {
    stdout: stderr,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const draw = () => {
    // The terminal is not read, as after Ctrl-S: a later frame shows the state of that time.
    if (stderr.writableLength > 0) return;
    redraw();
  };
  const redraw = () => {
    const elapsed = formatDuration(now().getTime() - started);
    app.rerender(
      <Frame lines={[...lines]} rows={[...progress.rows.values()]} elapsed={elapsed} color={color} />,
    );
  };
  const beat = setInterval(draw, FRAME_MS);
  return {
    onEvent(event: RunEvent) {
      for (const text of progress.update(event)) {
        lines.push({ id: lines.length, text: sanitize(`${formatClock(event.at)} ${text}`) });
      }
    },
    recall: (records) => progress.recall(records),
    async end() {
      clearInterval(beat);
      redraw();
      // The last frame is queued; do not wait until it is read.
      app.unmount();
    },
  };
}

function Frame(props: { lines: Line[]; rows: Row[]; elapsed: string; color: boolean }) {
  const rows = props.rows.slice(0, MAX_ROWS);
  const hidden = props.rows.length - rows.length;
  return (
    <>
      <Static items={props.lines}>{(line) => <Text key={line.id}>{line.text}</Text>}</Static>
      <Box flexDirection="column">
        {rows.map((row) => (
          <RowLine key={row.workstream} row={row} color={props.color} />
        ))}
        <Text dimColor={props.color} wrap="truncate">
          {hidden > 0 ? `and ${hidden} more workstreams; ` : ''}
          {props.elapsed}
        </Text>
      </Box>
    </>
  );
}

const COLORS: Record<string, string> = {
  running: 'cyan',
  done: 'green',
  partial: 'yellow',
  failed: 'red',
  stopped: 'yellow',
};

function RowLine({ row, color }: { row: Row; color: boolean }) {
  const paint = color ? COLORS[row.state] : undefined;
  return (
    <Text wrap="truncate">
      {sanitize(row.workstream).padEnd(14)}{' '}
      <Text {...(paint ? { color: paint } : {})}>{row.state.padEnd(8)}</Text>{' '}
      {sanitize(rowText(row)).replaceAll('\n', ' ')}
    </Text>
  );
}
