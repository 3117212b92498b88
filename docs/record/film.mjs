// Frames of a terminal as an SVG that moves without a script: they lie below each other, and the strip is shifted.
const [CHARACTER, LINE, EDGE] = [7.8, 17, 14];
/** The film is faster than the drill, and its end is seen longer. */
const [FASTER, LAST_MS] = [2, 8000];

/** `frames`: `{ at, rows }`, in milliseconds and in order. */
export function filmOf(frames, { columns, rows }) {
  const seen = frames.filter(
    (frame, i) => i === 0 || frame.rows.join('\n') !== frames[i - 1].rows.join('\n'),
  );
  const [width, height] = [Math.ceil(columns * CHARACTER) + 2 * EDGE, rows * LINE + 2 * EDGE];
  const lasts = seen.map(({ at }, i) => (i + 1 < seen.length ? (seen[i + 1].at - at) / FASTER : LAST_MS));
  const whole = lasts.reduce((a, b) => a + b, 0);
  let at = 0;
  const stops = lasts.map((ms, i) => {
    const stop = `${((100 * at) / whole).toFixed(3)}%{transform:translateY(${-i * height}px)}`;
    at += ms;
    return stop;
  });
  // Most rows are in many frames: each is written once.
  const ids = new Map();
  const idOf = (row) => {
    if (!ids.has(row)) ids.set(row, `r${ids.size}`);
    return ids.get(row);
  };
  const strip = seen.map(({ rows: lines }, i) =>
    lines
      .slice(-rows)
      .map((row, n) => (row === '' ? '' : `<use href="#${idOf(row)}" y="${i * height + EDGE + n * LINE}"/>`))
      .join(''),
  );
  const texts = [...ids].map(
    ([row, id]) => `<text id="${id}" x="${EDGE}" y="13"${look(row)}>${escaped(row)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="A drill of Fireaxe in a terminal">
<style>text{font:13px ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dde5;white-space:pre}.head{fill:#7cc4ff;font-weight:bold}.lab{fill:#e6c07b}.why{fill:#98c379}.typed{fill:#ffffff;font-weight:bold}
.film{animation:film ${(whole / 1000).toFixed(1)}s steps(1,end) infinite}@keyframes film{${stops.join('')}}
@media (prefers-reduced-motion:reduce){.film{animation:none;transform:translateY(${-(seen.length - 1) * height}px)}}</style>
<defs>${texts.join('\n')}</defs>
<rect width="${width}" height="${height}" rx="8" fill="#12161d"/>
<svg width="${width}" height="${height}"><g class="film">${strip.join('\n')}</g></svg>
</svg>
`;
}

function look(row) {
  if (/[▁-█]/.test(row)) return ' class="head"';
  if (/ lab: /.test(row)) return ' class="lab"';
  if (/ why /.test(row)) return ' class="why"';
  return row.startsWith('$ ') ? ' class="typed"' : '';
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) => text.replace(/[\u0000-\u001f]/g, '').replace(/[&<>"]/g, (c) => ENTITIES[c]);
