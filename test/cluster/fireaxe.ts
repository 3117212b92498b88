import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterReading } from '../../src/probe/types.ts';
import type { JournalRecord, RunVerdict } from '../../src/run/types.ts';
import type { Outcome } from '../../src/transport/types.ts';
import { type Ended, start } from '../drill-tier/fireaxe.ts';
import type { Cluster } from './cluster.ts';
import { LAB } from './layout.ts';

/** Verbs that find the cluster in the journal of a run, and those that name it themselves. */
const WITHOUT_CLUSTER = ['undo', 'resume', 'verify', 'timeline', 'runs', 'drill', 'kit'];

/** Runs the built command line with the kit, for one of its clusters. */
export class Fireaxe {
  readonly #kit: string;
  readonly #name: string;
  #changed: string[] = [];

  constructor(cluster: Cluster, kit = cluster.facts.kit, name = LAB) {
    this.#kit = kit;
    this.#name = name;
  }

  start(...words: string[]) {
    const [verb = '', ...rest] = words;
    const of = WITHOUT_CLUSTER.includes(verb) ? [] : ['-c', this.#name];
    return start([verb, ...of, ...rest], { FIREAXE_KIT: this.#kit });
  }

  run(...words: string[]): Promise<Ended> {
    return this.start(...words).ended;
  }

  /** Makes a change and throws if it exits with another code. */
  async change(words: string[], code = 0): Promise<Ended> {
    const ended = await this.run(...words, '--reason', 'cluster test', '--output', 'json');
    const run = /run (\S+): log:/.exec(ended.stderr)?.[1];
    if (run && !this.#changed.includes(run)) this.#changed.push(run);
    if (ended.code !== code) {
      throw new Error(
        `fireaxe ${words.join(' ')} ended with ${ended.code}:\n${ended.stderr}\n${ended.stdout}`,
      );
    }
    return ended;
  }

  undo(...more: string[]): Promise<Ended> {
    return this.change(['undo', 'last', ...more]);
  }

  /** Undoes what a test left, also after a failure: run by run, the newest first. */
  async restore(): Promise<void> {
    for (const run of this.#changed.splice(0).reverse()) {
      await this.run('undo', run, '--yes', '--reason', 'cluster test');
    }
  }

  /** All runs of the kit, the newest first. */
  runs(): string[] {
    const state = join(this.#kit, 'state');
    return readdirSync(state)
      .filter((name) => existsSync(join(state, name, 'journal.ndjson')))
      .sort()
      .reverse();
  }

  /** The journal of the newest run. */
  journal(): JournalRecord[] {
    const state = join(this.#kit, 'state');
    const run = readdirSync(state).sort().at(-1);
    if (!run) throw new Error('no run is recorded');
    const text = readFileSync(join(state, run, 'journal.ndjson'), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as JournalRecord);
  }
}

export function runOf(ended: Ended): string {
  return verdictOf(ended).runId;
}

export function stateOf(ended: Ended): string {
  return verdictOf(ended).state;
}

/** The outcome of the first target. */
export function outcomeOf({ json }: Ended): Outcome {
  const [outcome] = json.outcomes as unknown as Outcome[];
  if (!outcome) throw new Error('no outcome');
  return outcome;
}

/** What `probe` read. */
export function readingOf({ json }: Ended): ClusterReading {
  return json.reading as unknown as ClusterReading;
}

function verdictOf({ json }: Ended): RunVerdict {
  return json.verdict as unknown as RunVerdict;
}
