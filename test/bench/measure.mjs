import { spawn } from 'node:child_process';

/**
 * Runs a command and tells wall seconds and the CPU seconds (user + system) of its whole process tree,
 * as the operating system accounts them to bash, which waits for it.
 */
export function measure(argv, { env = process.env, limitMs = 300_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', 'TIMEFORMAT="@%R %U %S"; time "$@"', 'measure', ...argv.map(String)], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr = `${stderr}${chunk}`.slice(-10_000);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      const times = stderr.match(/@([\d.]+) ([\d.]+) ([\d.]+)\s*$/);
      if (code !== 0 || !times) return reject(new Error(`${argv.join(' ')} ended ${code}: ${stderr}`));
      const [wall, user, system] = times.slice(1).map(Number);
      resolve({ wall, cpu: user + system });
    });
  });
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * All names in turn in every round, so that a noisy machine hits all alike. Gives the medians of each name,
 * and the medians of its ratios to the first name, taken round by round.
 */
export async function inTurn(rounds, runs) {
  const [first] = Object.keys(runs);
  const all = new Map(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(runs)) all.get(name).push(await run());
  const summary = (name, figure) => {
    const mine = all.get(name).map((run) => run[figure]);
    const ratios = mine.map((value, round) => value / all.get(first)[round][figure]);
    return { median: median(mine), ratio: median(ratios) };
  };
  return [...all.keys()].map((name) => ({ name, wall: summary(name, 'wall'), cpu: summary(name, 'cpu') }));
}
