import { Box, render, Static, Text } from 'ink';
import { formatDuration } from '../../base/duration.ts';
import { sanitize } from '../../base/sanitize.ts';
import { formatClock } from '../../base/time.ts';
import type { Plan } from '../../plan/types.ts';
import type { RunEvent } from '../../run/types.ts';
import { takeNarrowing } from './narrowing.ts';
import { Progress, type Row, rowText } from './progress.ts';
import type { Shown, View } from './view.ts';

/** The live area stays small: ink clears the scrollback when a frame is as high as the terminal. */
const MAX_ROWS = 10;
const FRAME_MS = 150;

interface Line {
  id: number;
  text: string;
}

/** Finished lines scroll away above; below them one row a workstream. */
export function liveView(
  stderr: NodeJS.WriteStream,
  now: () => Date,
  color: boolean,
  plan?: Plan,
  { headline, titled }: Shown = {},
): View {
  const progress = new Progress(plan, titled);
  const started = now().getTime();
  const lines: Line[] = [];
  let prompt: string | undefined;
  // Before ink: it clears as many rows as it wrote, and narrowing has made more of them.
  const narrowing = takeNarrowing(stderr);
  const app = render(
    <Frame lines={[]} rows={[]} elapsed="0ms" color={color} headline={undefined} prompt={undefined} />,
    {
      stdout: stderr,
      exitOnCtrlC: false,
      patchConsole: false,
    },
  );
  const draw = () => {
    // The terminal is not read, as after Ctrl-S: a later frame shows the state of that time.
    if (stderr.writableLength > 0) return;
    (stderr as { refresh?(): void }).refresh?.();
    redraw();
  };
  const redraw = () => {
    const elapsed = formatDuration(now().getTime() - started);
    const rows = [...progress.rows.values()];
    const top = headline?.fit(stderr.columns || 80);
    app.rerender(
      <Frame lines={[...lines]} rows={rows} elapsed={elapsed} color={color} headline={top} prompt={prompt} />,
    );
    narrowing.drawn(
      [
        top ?? '',
        elapsed,
        ...(prompt === undefined ? [] : [prompt]),
        ...rows.slice(0, MAX_ROWS).map((row) => lineOf(row).join(' ')),
      ].map((text) => text.length),
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
    prompt(line) {
      prompt = line === undefined ? undefined : sanitize(line);
      draw();
    },
    async end() {
      clearInterval(beat);
      narrowing.end();
      redraw();
      // The last frame is queued; do not wait until it is read.
      app.unmount();
    },
  };
}

function Frame(props: {
  lines: Line[];
  rows: Row[];
  elapsed: string;
  color: boolean;
  headline: string | undefined;
  prompt: string | undefined;
}) {
  const rows = props.rows.slice(0, MAX_ROWS);
  const hidden = props.rows.length - rows.length;
  return (
    <>
      <Static items={props.lines}>{(line) => <Text key={line.id}>{line.text}</Text>}</Static>
      <Box flexDirection="column">
        {props.headline !== undefined && (
          <Text bold={props.color} wrap="truncate">
            {props.headline}
          </Text>
        )}
        {rows.map((row) => (
          <RowLine key={row.workstream} row={row} color={props.color} />
        ))}
        <Text dimColor={props.color} wrap="truncate">
          {hidden > 0 ? `and ${hidden} more workstreams; ` : ''}
          {props.elapsed}
        </Text>
        {props.prompt !== undefined && (
          <Text bold={props.color} wrap="truncate-start">
            {props.prompt}
          </Text>
        )}
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
  const [name, state, rest] = lineOf(row);
  return (
    <Text wrap="truncate">
      {name} <Text {...(paint ? { color: paint } : {})}>{state}</Text> {rest}
    </Text>
  );
}

const lineOf = (row: Row): [name: string, state: string, rest: string] => [
  sanitize(row.workstream).padEnd(14),
  row.state.padEnd(8),
  sanitize(rowText(row)).replaceAll('\n', ' '),
];
