import type { LoadedUnit } from './unit-files.ts';

export type ActiveState = 'active' | 'inactive' | 'failed' | 'activating' | 'deactivating';

/** What runs for a service: a process of the lab, or a real command. */
export interface MainProcess {
  pid: number;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
}

/** A unit as the manager keeps it while it runs, and after it failed. */
export interface UnitState {
  name: string;
  active: ActiveState;
  sub: string;
  /** As loaded when it started; a reload reads the files again. */
  loaded: LoadedUnit;
  main?: MainProcess;
  result: 'success' | 'exit-code' | 'signal' | 'timeout';
  /** Of the last main process. */
  exit?: { code: number | null; signal: NodeJS.Signals | null };
  restarts: number;
  enteredActiveAt: number;
  enteredInactiveAt: number;
  /** Of a timer: when it elapses. */
  elapsesAt?: number;
  /** Started again and again; a stop ends that. */
  timers: Set<NodeJS.Timeout>;
}

/** What the lab itself does when a unit starts and stops; in place of its ExecStart. */
export interface UnitBehaviour {
  /** The main process. */
  process?: { comm: string; args: string[]; cgroup?: string };
  onStart?(): void | Promise<void>;
  onStop?(): void | Promise<void>;
}

/** A unit that the lab puts on a machine. */
export interface InstalledUnit extends UnitBehaviour {
  /** With its suffix: `kubelet.service`. */
  name: string;
  description?: string;
  /** Started at power on; `enabled` when absent. */
  state?: 'enabled' | 'disabled' | 'static';
  restart?: 'always' | 'no';
  /** Whole text instead of the one made from the rest. */
  text?: string;
}

/** An error in systemctl's own words. */
export class UnitError extends Error {
  override name = 'UnitError';
  readonly code: number;

  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}

export function withSuffix(name: string, suffix = 'service'): string {
  return /\.(service|timer|socket|path|target|slice|scope|mount)$/.test(name) ? name : `${name}.${suffix}`;
}
