import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { incidentOf } from '../../src/report/incident.ts';
import { code, markdownOf } from '../../src/report/markdown.ts';
import { pageOf } from '../../src/report/page/page.ts';
import { RUN, records, type Texts } from './incident-records.ts';

const BY = { version: '0.1.0', at: '2026-11-21T08:00:00.000Z' };
const incident = (texts?: Texts) => incidentOf({ runId: RUN, records: records(texts), sealed: true })!;
const page = (texts?: Texts) => pageOf(incident(texts), BY);

const EVIL = `</style></title><script>alert(1)</script><img src=x onerror="alert(2)">'"&\u202e\u001b[31m`;
const HOSTILE: Texts = { node: EVIL, reason: EVIL, title: EVIL, said: EVIL };

describe('the page', () => {
  it('is as it was looked at', async () => {
    await expect(page()).toMatchFileSnapshot('golden/incident.html');
  });

  it('loads and runs nothing: its policy allows its own style alone', () => {
    const text = page(HOSTILE);
    const style = /<style>([\s\S]*?)<\/style>/.exec(text)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(text).toContain(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`);
    expect(text).not.toMatch(/\bstyle="|https?:|url\(|@import/);
  });

  it('has no element and no attribute that a name or an output asked for', () => {
    const tags = (text: string) => [...text.matchAll(/<\/?([a-z][\w-]*)/gi)].map(([, name]) => name);
    const [plain, hostile] = [page(), page(HOSTILE)];
    expect(new Set(tags(hostile))).toEqual(new Set(tags(plain)));
    const attributes = (text: string) =>
      new Set(
        [...text.matchAll(/<[a-z][^>]*>/gi)].flatMap(([tag]) =>
          [...tag.matchAll(/ ([\w-]+)="/g)].map(([, n]) => n),
        ),
      );
    expect(attributes(hostile)).toEqual(attributes(plain));
    expect(hostile).toContain('&lt;script&gt;');
    expect(hostile).not.toMatch(/[\u202e\u001b]/);
  });

  it('draws a point for each reading', () => {
    expect([...page().matchAll(/<circle class="point"/g)].length).toBeGreaterThan(12);
    expect(page()).toContain(
      'aria-label="API servers ready: 0 of 3 at 10:00:14Z, between 0 and 3, 3 of 3 at 10:00:18Z"',
    );
  });

  it('is made of the journal of a run without any reading, and of one that was cut off', () => {
    const cut = incidentOf({
      runId: RUN,
      records: records().slice(0, 1),
      sealed: false,
      problem: 'it was cut off',
    })!;
    expect(pageOf(cut, BY)).toMatch(/The journal is not whole: it was cut off[\s\S]*not begun/);
    expect(pageOf(cut, BY)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('the Markdown', () => {
  it('is as it was looked at', async () => {
    await expect(markdownOf(incident())).toMatchFileSnapshot('golden/incident.md');
  });

  it('holds a hostile text in a code span, whatever backticks, bars and lines it has', () => {
    expect(code('a `b` ``c``')).toBe('``` a `b` ``c`` ```');
    expect(code('a\n# b')).toBe('`a # b`');
    const evil = '![x](http://evil/) `` | <b> @all';
    const text = markdownOf(incident({ node: evil, reason: evil, title: evil, said: evil }));
    for (const line of text.split('\n')) {
      const outside = line.replaceAll('\\|', '¦').replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
      expect(outside).not.toMatch(/evil|@all|<b>/);
      if (line.startsWith('|')) expect([3, 7]).toContain(line.replaceAll('\\|', '').split('|').length - 2);
    }
  });
});
