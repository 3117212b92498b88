import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentOf } from '../../src/report/incident.ts';
import { pageOf } from '../../src/report/page/page.ts';
import { RUN, records, type Texts } from '../report/incident-records.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
// A check of everything must not leave it out silently.
const without = CHROMIUM === undefined && !process.env.CI;

/** It would run, load or style something, were it not escaped. */
const EVIL = `</style></title></svg><script>document.title='owned'</script><img src="http://127.0.0.1:9/x" onerror="document.title='owned'"><b id="owned">"'`;
const HOSTILE: Texts = { node: EVIL, reason: EVIL, title: EVIL, said: EVIL };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fireaxe-page-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(without)('the page of a report in Chromium', () => {
  it.each([
    ['plain', undefined],
    ['hostile', HOSTILE],
  ])(
    '%s: no error in its console, plots with data, nothing of a name or an output becomes an element',
    async (name, texts) => {
      const incident = incidentOf({ runId: RUN, records: records(texts), sealed: true })!;
      const file = join(folder, `${name}.html`);
      writeFileSync(file, pageOf(incident, { version: '0.1.0', at: '2026-11-21T08:00:00.000Z' }));
      const dom = await chromium(['--dump-dom', `file://${file}`]);
      expect(dom.console).toEqual([]);
      expect(dom.stdout).toContain('</html>');
      expect(dom.stdout).not.toMatch(/<title>owned|<b id="owned"|<script|<img/);
      const lines = [...dom.stdout.matchAll(/<path class="line" d="([^"]+)"/g)].map(([, d]) => d!);
      expect(lines.length).toBe(7);
      for (const d of lines) expect(d).toMatch(/^M[\d.]+ [\d.]+(H[\d.]+V[\d.]+)+$/);
    },
  );

  it('is seen light and dark, and on paper', async () => {
    const incident = incidentOf({ runId: RUN, records: records(), sealed: true })!;
    const file = join(folder, 'seen.html');
    writeFileSync(file, pageOf(incident, { version: '0.1.0', at: '2026-11-21T08:00:00.000Z' }));
    const shot = async (...more: string[]) => {
      const png = join(folder, 'seen.png');
      await chromium([...more, '--window-size=1100,1600', `--screenshot=${png}`, `file://${file}`]);
      return readFileSync(png);
    };
    const [light, dark] = [await shot(), await shot('--blink-settings=preferredColorScheme=0')];
    // A blank page is a few kilobytes.
    expect(light.length).toBeGreaterThan(30_000);
    expect(dark.equals(light)).toBe(false);
    const pdf = join(folder, 'seen.pdf');
    await chromium([`--print-to-pdf=${pdf}`, `file://${file}`]);
    expect(readFileSync(pdf).subarray(0, 5).toString()).toBe('%PDF-');
  });
});

/** Runs it once without a window; `console` is what the page's console said. */
async function chromium(words: string[]): Promise<{ stdout: string; console: string[] }> {
  const own = mkdtempSync(join(folder, 'profile-'));
  const fixed = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--enable-logging=stderr',
    '--v=0',
  ];
  const child = spawn(CHROMIUM!, [...fixed, `--user-data-dir=${own}`, ...words]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), 120_000);
  await new Promise((done) => child.on('close', done));
  clearTimeout(timer);
  return { stdout, console: stderr.split('\n').filter((line) => line.includes(':CONSOLE')) };
}
