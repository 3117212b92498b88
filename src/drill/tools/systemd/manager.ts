import type { LabProcess } from '../../types.ts';
import { parseTimeSpan } from './time-span.ts';
import { serviceOf, startTimer } from './timer.ts';
import {
  type InstalledUnit,
  type MainProcess,
  type UnitBehaviour,
  UnitError,
  type UnitState,
} from './unit.ts';
import { createUnitFiles, type UnitFiles } from './unit-files.ts';
import { after, clear, isTransient, textOf } from './unit-state.ts';
import { setting, splitWords } from './unit-text.ts';

/** What a manager needs of its machine. */
export interface Machine {
  root: string;
  spawn(process: { comm: string; args: string[]; cgroup: string }): LabProcess;
  /** Runs a real command in the node's environment; output goes nowhere. */
  run(argv: string[], env: Record<string, string>): MainProcess;
}

/** Simulated systemd of one machine: units from files, services that run, timers that fire. */
export interface Systemd {
  files: UnitFiles;
  install(unit: InstalledUnit): void;
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  kill(name: string, signal: NodeJS.Signals): void;
  /** The unit as it is now; for one that never ran, as its file describes it. */
  unit(name: string): UnitState;
  /** All that run or failed. */
  units(): UnitState[];
  reload(): void;
  resetFailed(name?: string): void;
  /** Starts what is enabled. */
  boot(): Promise<void>;
  /** Forgets everything that ran, without signalling it. */
  halt(): void;
}

const STOP_MS = 5000;

export function createSystemd(machine: Machine): Systemd {
  const files = createUnitFiles(machine.root);
  const behaviours = new Map<string, UnitBehaviour>();
  const live = new Map<string, UnitState>();

  function unit(name: string): UnitState {
    return (
      live.get(name) ?? {
        name,
        active: 'inactive',
        sub: 'dead',
        loaded: files.load(name),
        result: 'success',
        restarts: 0,
        enteredActiveAt: 0,
        enteredInactiveAt: 0,
        timers: new Set(),
      }
    );
  }

  async function start(name: string): Promise<void> {
    const state = unit(name);
    if (state.active === 'active') return;
    state.loaded = files.load(name);
    if (state.loaded.loadState === 'masked')
      throw new UnitError(`Failed to start ${name}: Unit ${name} is masked.`);
    if (state.loaded.loadState === 'not-found')
      throw new UnitError(`Failed to start ${name}: Unit ${name} not found.`, 5);
    clear(state);
    live.set(name, state);
    Object.assign(state, {
      active: 'active',
      sub: 'running',
      result: 'success',
      enteredActiveAt: Date.now(),
    });
    if (name.endsWith('.timer')) return startTimer(state, { start, ended: settle });
    const behaviour = behaviours.get(name);
    const main = launch(name, state, behaviour);
    if (main) {
      state.main = main;
      watch(state, main);
    }
    await behaviour?.onStart?.();
  }

  function launch(
    name: string,
    state: UnitState,
    behaviour: UnitBehaviour | undefined,
  ): MainProcess | undefined {
    if (behaviour?.process) {
      const process = machine.spawn({ cgroup: `/system.slice/${name}`, ...behaviour.process });
      const ended = new Promise<{ code: null; signal: 'SIGTERM' }>((resolve) =>
        process.onExit(() => resolve({ code: null, signal: 'SIGTERM' })),
      );
      return { pid: process.pid, ended, kill: (signal) => process.kill(signal) };
    }
    const { text } = state.loaded;
    const environment = (text.get('Service.Environment') ?? []).flatMap(splitWords);
    const pairs = environment.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]);
    const argv = splitWords(setting(text, 'Service.ExecStart') ?? '');
    if (argv.length === 0) return undefined;
    const limit = parseTimeSpan(setting(text, 'Service.RuntimeMaxSec') ?? '');
    const main = machine.run(argv, Object.fromEntries(pairs));
    if (limit !== undefined) after(state, limit, () => void (state.main === main && expire(state, main)));
    return main;
  }

  function expire(state: UnitState, main: MainProcess): void {
    state.result = 'timeout';
    end(state, main);
  }

  /** As systemd ends a service: TERM and CONT to all its processes, KILL to those that stay. */
  function end(state: UnitState, main: MainProcess): void {
    main.kill('SIGTERM');
    main.kill('SIGCONT');
    after(state, STOP_MS, () => main.kill('SIGKILL'));
  }

  function watch(state: UnitState, main: MainProcess): void {
    void main.ended.then((exit) => {
      if (state.main !== main) return;
      // The rest of its process group ends with it.
      main.kill('SIGKILL');
      delete state.main;
      state.exit = exit;
      const stopping = state.active === 'deactivating';
      const restart = setting(state.loaded.text, 'Service.Restart') ?? 'no';
      if (!stopping && restart !== 'no' && live.get(state.name) === state) {
        state.restarts += 1;
        state.active = 'activating';
        state.sub = 'auto-restart';
        const pause = parseTimeSpan(setting(state.loaded.text, 'Service.RestartSec') ?? '') ?? 100;
        after(state, pause, () => void start(state.name).catch(() => settle(state)));
        return;
      }
      if (!stopping && state.result === 'success' && exit.code !== 0) {
        state.result = exit.signal ? 'signal' : 'exit-code';
      }
      settle(state);
    });
  }

  /** After its end: a transient unit is forgotten, unless it failed and is not to be collected. */
  function settle(state: UnitState): void {
    clear(state);
    delete state.elapsesAt;
    const failed = state.result !== 'success';
    Object.assign(state, { active: failed ? 'failed' : 'inactive', sub: failed ? 'failed' : 'dead' });
    state.enteredInactiveAt = Date.now();
    const collect = setting(state.loaded.text, 'Unit.CollectMode') === 'inactive-or-failed';
    if (failed && !collect) return;
    if (live.get(state.name) === state && isTransient(state)) {
      live.delete(state.name);
      files.removeTransient(state.name);
      // Nothing can start the service of a timer that never fired.
      const service = serviceOf(state);
      if (state.name.endsWith('.timer') && !live.has(service)) files.removeTransient(service);
    }
  }

  async function stop(name: string): Promise<void> {
    const state = unit(name);
    if (!live.has(name)) {
      if (files.load(name).loadState === 'not-found')
        throw new UnitError(`Failed to stop ${name}: Unit ${name} not loaded.`, 5);
      return;
    }
    if (state.active === 'inactive' || state.active === 'failed') return;
    clear(state);
    state.result = 'success';
    const { main } = state;
    if (main) {
      Object.assign(state, { active: 'deactivating', sub: 'stop-sigterm' });
      end(state, main);
      await main.ended;
    }
    await behaviours.get(name)?.onStop?.();
    if (live.get(name) === state) settle(state);
  }

  return {
    files,
    unit,
    start,
    stop,
    install(installed) {
      files.install(installed.name, installed.text ?? textOf(installed));
      if ((installed.state ?? 'enabled') === 'enabled') files.setEnabled(installed.name, true);
      behaviours.set(installed.name, installed);
    },
    kill(name, signal) {
      const { main } = unit(name);
      main?.kill(signal);
    },
    units: () => [...live.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    reload() {
      for (const state of live.values()) state.loaded = files.load(state.name);
    },
    resetFailed(name) {
      for (const state of live.values()) {
        if (state.active !== 'failed' || (name !== undefined && state.name !== name)) continue;
        state.result = 'success';
        settle(state);
      }
    },
    async boot() {
      for (const name of files.names()) {
        if (files.state(name) === 'enabled') await start(name).catch(() => undefined);
      }
    },
    halt() {
      for (const state of live.values()) clear(state);
      live.clear();
    },
  };
}
