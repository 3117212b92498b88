const ESC = '\u001b[';

/**
 * A terminal that gets narrower breaks a full row into two, so a frame takes more rows than were written; what is not cleared
 * stays as ghost rows. This clears the surplus before the next frame is drawn.
 */
export function takeNarrowing(stream: NodeJS.WriteStream): { drawn(widths: number[]): void; end(): void } {
  let columns = stream.columns;
  let widths: number[] = [];
  const resized = () => {
    const [former, now] = [columns, stream.columns];
    columns = now;
    if (!(now > 0) || !(former > now)) return;
    const surplus = widths.reduce(
      (sum, width) => sum + Math.max(0, Math.ceil(Math.min(width, former) / now) - 1),
      0,
    );
    if (surplus > 0) stream.write(`${ESC}${surplus}A${ESC}0J`);
  };
  stream.on('resize', resized);
  return {
    drawn: (rows) => {
      widths = rows;
    },
    end: () => stream.off('resize', resized),
  };
}
