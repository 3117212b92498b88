import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** Runs a command and passes its output through; returns its exit code, 1 if a signal ended it. */
export function runCommand(command, args, env = process.env) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env });
    child.once('error', (error) => {
      console.error(error.message);
      done(1);
    });
    child.once('close', (code) => done(code ?? 1));
  });
}

/** Runs checks, each one a Node script that passes if it exits with 0. */
export async function runChecks(checks) {
  const result = { passed: 0, failed: 0, skipped: [], failures: [], late: [] };
  for (const { name, command } of checks) {
    console.log(`\n# ${name}`);
    if ((await runCommand(process.execPath, command)) === 0) result.passed++;
    else {
      result.failed++;
      result.failures.push({ name, why: '' });
    }
  }
  return result;
}

/** Runs one vitest project with a given Node; the counts come from its report. */
export async function runVitest(name, node, { project }) {
  console.log(`\n# ${name}`);
  const dir = mkdtempSync(join(tmpdir(), 'fireaxe-report-'));
  const report = join(dir, 'report.json');
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', project];
  args.push('--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
  // Tests that start `node` must start the same one.
  const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
  try {
    const code = await runCommand(node, args, env);
    return summary(code, read(report));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Counts a file that cannot be loaded as one failure, and so a run that fails without a failed test. */
function summary(code, report) {
  const tests = (report?.testResults ?? []).flatMap((file) => file.assertionResults);
  const unloaded = (report?.testResults ?? []).filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const of = (...states) => tests.filter((test) => states.includes(test.status));
  const named = of('failed').length + unloaded.length;
  const unnamed =
    named === 0 && code !== 0
      ? [{ name: 'outside of the tests', why: `vitest ended with ${code}; its output says why` }]
      : [];
  return {
    passed: of('passed').length,
    failed: named + unnamed.length,
    skipped: of('pending', 'skipped', 'todo').map((test) => test.fullName),
    failures: [
      ...of('failed').map((test) => ({ name: test.fullName, why: why(test.failureMessages) })),
      ...unloaded.map((file) => ({ name: file.name, why: why([file.message]) })),
      ...unnamed,
    ],
    // Passed in a later attempt: the report keeps the earlier failures.
    late: of('passed')
      .filter((test) => test.failureMessages?.length > 0)
      .map((test) => ({ name: test.fullName, why: why(test.failureMessages) })),
  };
}

/** The last failure, without frames of the test runner, short enough for a summary. */
function why(messages) {
  const lines = (messages?.at(-1) ?? '').split('\n');
  return lines
    .filter((line) => !/node_modules|node:internal|new Promise/.test(line))
    .slice(0, 12)
    .join('\n');
}

function read(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return undefined;
  }
}
