import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { manPage } from '../../../src/cli/man/page.ts';
import { roff } from '../../../src/cli/man/roff.ts';
import { flagOf } from '../../../src/cli/option.ts';
import { verbs } from '../../../src/cli/registry.ts';
import { InProcess } from '../in-process.ts';
import { withKit } from '../with-kit.ts';

const REQUESTS = ['TH', 'SH', 'SS', 'TP', 'B', 'I', 'PP', 'RS', 'RE', 'nf', 'fi'];
const groff = '/usr/bin/groff';

describe('the man page', () => {
  let fireaxe: InProcess;
  withKit(InProcess, (made) => ({ fireaxe } = made));
  let page = '';
  beforeAll(async () => {
    page = await manPage(verbs(), '1.2.3');
  });

  it('is what fireaxe help man prints', async () => {
    const { code, stdout } = await fireaxe.run(['help', 'man']);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(1)).toEqual(page.split('\n').slice(1));
    expect(page).toMatch(/^\.TH FIREAXE 1 "" "fireaxe 1\.2\.3" "Fireaxe"\n/);
  });

  it('has every verb with its options, and the exit codes', async () => {
    const parts = new Map(page.split('\n.SS ').map((part) => [part.split('\n')[0]!, part]));
    for (const verb of verbs()) {
      const [, part = ''] = [...parts].find(([title]) =>
        `${title.slice(1, -1)} `.startsWith(`fireaxe ${roff(verb.name)} `),
      )!;
      const { options } = await verb.load();
      for (const option of Object.values(options).filter(({ hidden }) => !hidden))
        expect(part, verb.name).toContain(roff(flagOf(option)));
    }
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 130]) expect(page).toContain(`\n.B "${code}"\n`);
  });

  it('has only requests that man pages know, and only ASCII', () => {
    const used = page.split('\n').flatMap((line) => /^[.'](\w*)/.exec(line)?.[1] ?? []);
    expect(used.filter((name) => !REQUESTS.includes(name))).toEqual([]);
    expect(page).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('takes no text for a request or an escape', () => {
    expect(roff(".so /etc/passwd\n'x\n\\*[y] -p…")).toBe("\\&.so /etc/passwd\n\\&'x\n\\e*[y] \\-p\\[u2026]");
  });

  it.skipIf(!existsSync(groff))('makes groff warn of nothing, where it is installed', () => {
    const { stdout, stderr } = spawnSync(groff, ['-ww', '-man', '-Tutf8', '-P-cbou'], {
      input: page,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^NAME\n +fireaxe - recover a Kubernetes control plane/m);
    expect(stdout).toMatch(/^ +--max-failures <N\|N%>$/m);
  });
});
