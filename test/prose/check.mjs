// node test/prose/check.mjs [PATH…]: holds the repository's texts and comments against words.yaml; exits 1 on a finding.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { compile, findIn } from './prose.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const READ = /\.(tsx?|mjs|sh|ya?ml|json|md)$|^\.ci\/run$|^test\/lab\/install$/;
/** The list itself and its test, and what other people wrote. */
const LEFT_OUT = /^test\/prose\/|^package-lock\.json$/;

const words = compile(parse(readFileSync(new URL('words.yaml', import.meta.url), 'utf8')));
// New files too, so that a finding comes before the commit.
const listed = execFileSync(
  'git',
  ['ls-files', '-co', '--exclude-standard', '--', ...process.argv.slice(2)],
  {
    cwd: ROOT,
    encoding: 'utf8',
  },
);
const files = listed
  .split('\n')
  .filter((path) => READ.test(path) && !LEFT_OUT.test(path) && existsSync(resolve(ROOT, path)));
const findings = files.flatMap((path) =>
  findIn(readFileSync(resolve(ROOT, path), 'utf8'), words).map((finding) => ({ path, ...finding })),
);
for (const { path, line, column, found, say, why } of findings) {
  console.log(`${path}:${line}:${column}: "${found}": say: ${say} (${why})`);
}
console.log(`${files.length} files, ${findings.length} findings`);
process.exit(findings.length > 0 ? 1 : 0);
