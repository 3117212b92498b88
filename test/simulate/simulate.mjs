// npm run simulate: Fireaxe recovers many clusters in simulated time. docs/simulation.md says what is simulated and what
// is real.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { typed } from '../../build/typed.mjs';
import { table } from '../bench/table.mjs';

const { values } = typed({
  usage: `Usage: npm run simulate -- [OPTION…]
  --clusters 10  --nodes 500   how many, and nodes of each
  --whole                      100 clusters of 7,500 nodes
  --seed 1                     the same seed gives the same times
  --only TEXT                  rows with this text
  --json                       a line a row`,
  numbers: ['clusters', 'nodes', 'seed'],
  options: {
    clusters: { type: 'string', default: '10' },
    nodes: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    whole: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const clusters = values.whole ? 100 : values.clusters;
const nodes = values.whole ? 7500 : values.nodes;

const WAVES = {};
const AT_ONCE = { allAtOnce: true };
const CASES = [
  ...[1, 8, 32].flatMap((cores) => [
    { name: `SSH, ${cores} cores, waves`, by: 'ssh', cores, flags: WAVES },
    { name: `SSH, ${cores} cores, all at once`, by: 'ssh', cores, flags: AT_ONCE },
  ]),
  { name: 'SSM, waves', by: 'ssm', cores: 1, flags: WAVES },
  { name: 'SSM, all at once', by: 'ssm', cores: 1, flags: AT_ONCE },
];

const dir = mkdtempSync(join(tmpdir(), 'fireaxe-simulate-'));
try {
  const child = await bundle();
  const rows = [];
  for (const { name, ...rest } of CASES.filter(({ name }) => name.includes(values.only))) {
    const measured = await measure(child, { clusters, nodes, seed: values.seed, ...rest });
    if (values.json) console.log(JSON.stringify({ name, ...measured }));
    else rows.push(rowOf(name, measured));
  }
  if (!values.json) {
    const { ASSUMPTIONS } = await import(join(dir, 'assumptions.mjs'));
    console.log(
      `${clusters} clusters of ${nodes} nodes, seed ${values.seed}; minutes from "go": median / 95% / last`,
    );
    console.log(`node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}\n`);
    table(['case', 'window', 'recovered', 'clusters', 'targets not ok', 'CPU', 'peak memory', 'wall'], rows);
    table(['assumption', 'value', 'source'], ASSUMPTIONS);
  }
} finally {
  rmSync(dir, { recursive: true });
}

/** The simulation with the product in it, as one file. Returns its path. */
async function bundle() {
  const root = join(import.meta.dirname, '../..');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  await build({
    entryPoints: {
      child: join(import.meta.dirname, 'child.ts'),
      assumptions: join(import.meta.dirname, 'assumptions.ts'),
    },
    outdir: dir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    chunkNames: 'parts/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    loader: { '.sh': 'text', '.yaml': 'text' },
    define: { __FIREAXE_VERSION__: JSON.stringify(version) },
    // Loaded by nothing that runs here.
    external: ['*.node', 'react-devtools-core', '@aws-sdk/*', '@smithy/*'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url); const __dirname = import.meta.dirname;",
    },
    logLevel: 'error',
  });
  return join(dir, 'child.mjs');
}

/** One case in a process of its own. File operations end in order, so that the same seed gives the same result. */
function measure(file, wanted) {
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const child = spawn(process.execPath, [...process.execArgv, file, JSON.stringify(wanted)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(said)) : reject(new Error(`the simulation ended with code ${code}`)),
    );
  });
}

function rowOf(
  name,
  { windows, recoveries, counts, planned, cpuSeconds, peakBytes, planSeconds, runSeconds },
) {
  const recovered = recoveries.filter((at) => at !== null).length;
  return [
    name,
    minutes(windows),
    minutes(recoveries),
    `${recovered} of ${recoveries.length}`,
    `${planned - counts.ok} of ${planned}`,
    `${cpuSeconds.toFixed(0)} s`,
    `${Math.round(peakBytes / 1e6)} MB`,
    `${(planSeconds + runSeconds).toFixed(0)} s`,
  ];
}

/** Median, 95% and last, in minutes; `never` where some cluster did not come to it. */
function minutes(times) {
  const sorted = times.map((at) => at ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const at = (share) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  const text = (ms) => (Number.isFinite(ms) ? (ms / 60_000).toFixed(1) : 'never');
  return [0.5, 0.95, 1].map((share) => text(at(share))).join(' / ');
}
