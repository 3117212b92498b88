// Runs every tier that this machine can run, says why it cannot run the others, and prints the totals in the last line.
import { spawnSync } from 'node:child_process';
import { typed } from '../build/typed.mjs';
import { runChecks, runCommand, runVitest } from './tier-run.mjs';
import { TIERS } from './tiers.mjs';

const names = Object.keys(TIERS);
const { values, positionals } = typed({
  usage: `Usage: npm test -- [TIER…] [--require TIER,…] [--node-too PATH]
  TIER        ${names.join(', ')} (default: all that need not be named)
  --require   tiers that must run: one that cannot is a failure (FIREAXE_REQUIRE)
  --node-too  run unit and slow with this Node binary as well (FIREAXE_NODE_TOO)
  --full      the cluster tier: three runs of each outage; the lab tier: also
              returns of cold machines, paced and all at once (FIREAXE_FULL)`,
  allowPositionals: true,
  options: { require: { type: 'string' }, 'node-too': { type: 'string' }, full: { type: 'boolean' } },
  check: ({ values, positionals }) => {
    const unknown = [...positionals, ...requiredBy(values)].filter((name) => !names.includes(name));
    return unknown.length > 0 ? `unknown tier ${unknown.join(', ')}` : undefined;
  },
});
const required = requiredBy(values);
const nodeToo = values['node-too'] ?? process.env.FIREAXE_NODE_TOO;

if (values.full) process.env.FIREAXE_FULL = '1';

// Ctrl-C reaches the running tier; wait until it has cleaned up, and start nothing more.
let interrupted = false;
const early = new Map();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt);

const total = { passed: 0, failed: 0 };
const lines = [];
const wanted = positionals.length > 0 ? names.filter((name) => positionals.includes(name)) : names;
const due = [...new Set([...wanted, ...required])];
const isNamed = (name) => positionals.includes(name) || required.includes(name);
// What takes long and comes later begins now.
for (const name of due.slice(1)) if (isNamed(name)) beginEarly(name);
for (const name of due) {
  if (interrupted) break;
  const tier = TIERS[name];
  const named = isNamed(name);
  if (named) await tier.prepare?.(runCommand);
  const reason = named ? await tier.missing?.() : (tier.onlyByName ?? (await tier.missing?.()));
  if (reason) {
    notRun(name, reason);
    continue;
  }
  if (early.has(name)) await finished(name, early.get(name));
  if (interrupted) break;
  if (tier.checks) count(tier.project ? `build for ${name}` : name, await runChecks(tier.checks));
  if (tier.project) count(name, await runVitest(name, process.execPath, tier));
  if (tier.nodeToo && nodeToo && !interrupted) await byOtherNode(name, tier);
}

console.log(`\n${lines.join('\n')}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(interrupted ? 130 : total.failed > 0 ? 1 : 0);

function requiredBy({ require }) {
  return words(require ?? process.env.FIREAXE_REQUIRE ?? '');
}

function interrupt() {
  interrupted = true;
  for (const build of early.values()) build.stop();
}

/** Says at once what will make the tier fail at its turn. */
function beginEarly(name) {
  const build = TIERS[name].early?.();
  if (build?.why) console.log(`${name}: no early build: ${build.why}`);
  else if (build) early.set(name, build);
}

/** Shows how an early build went. If it failed, the tier builds again, and fails by itself. */
async function finished(name, { ended }) {
  console.log(`\n# early build for ${name}`);
  const { code, output } = await ended;
  console.log(`${output}${code === 0 ? 'nothing is left to build' : `failed with exit code ${code}`}`);
}

async function byOtherNode(name, tier) {
  const version = spawnSync(nodeToo, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  if (!version) {
    total.failed++;
    lines.push(`${name}: FAILED: cannot run ${nodeToo}`);
  } else {
    count(`${name} on Node ${version}`, await runVitest(name, nodeToo, tier));
  }
}

function count(name, { passed, failed, skipped, failures, late }) {
  total.passed += passed;
  total.failed += failed;
  // A required tier may skip only the tests whose name says that not every machine can run them.
  const optional = skipped.filter((test) => / where .* can be had /.test(test));
  const missing = skipped.filter((test) => !optional.includes(test));
  const left = required.includes(name) ? missing.length : 0;
  total.failed += left;
  lines.push(
    `${name}: ${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
  );
  lines.push(
    ...failures.map((test) => described('FAILED', test)),
    ...late.map((test) => described('passed late', test)),
  );
  if (left > 0) lines.push(...missing.map((test) => `  FAILED: skipped in a required tier: ${test}`));
  lines.push(...optional.map((test) => `  not run: ${test}`));
}

/** A test and how it failed, for the end of a long log. */
function described(how, { name, why }) {
  return `  ${how}: ${name}${why === '' ? '' : `\n${why.replaceAll(/^/gm, '    ')}`}`;
}

function notRun(name, reason) {
  if (!required.includes(name)) {
    lines.push(`${name}: not run: ${reason}`);
    return;
  }
  total.failed++;
  lines.push(`${name}: FAILED: required but not run: ${reason}`);
}

function words(text) {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}
