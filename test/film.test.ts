import { expect, it } from 'vitest';
import { filmOf } from '../docs/record/film.mjs';

it('a recorded drill is one picture that escapes what it shows and writes each row once', () => {
  const rows = ['$ fireaxe drill', 'API ▁█ 3/3', '<script>&"'];
  const frames = [0, 500, 1000].map((at) => ({ at, rows: at === 1000 ? [...rows, 'end'] : rows }));
  const svg: string = filmOf(frames, { columns: 40, rows: 10 });
  expect(svg.match(/<text id=/g)).toHaveLength(4);
  // Two different frames of three looks.
  expect(svg.match(/%\{transform:/g)).toHaveLength(2);
  expect(svg).toContain('&lt;script&gt;&amp;&quot;');
  expect(svg).toContain('class="head">API ▁█ 3/3<');
  expect(svg).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
});
