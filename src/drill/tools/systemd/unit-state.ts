import type { InstalledUnit, UnitState } from './unit.ts';

/** Does something later, unless the unit is stopped or started again before. */
export function after(state: UnitState, ms: number, then: () => void): void {
  const timer = setTimeout(() => {
    state.timers.delete(timer);
    then();
  }, ms);
  state.timers.add(timer);
}

export function clear(state: UnitState): void {
  for (const timer of state.timers) clearTimeout(timer);
  state.timers.clear();
}

export function isTransient(state: UnitState): boolean {
  return (
    state.loaded.fragmentPath.includes('/run/systemd/transient/') || state.loaded.loadState === 'not-found'
  );
}

/** The unit file that an installed unit gets. */
export function textOf(unit: InstalledUnit): string {
  const exec = unit.process
    ? `ExecStart=${unit.process.args.join(' ')}\n`
    : 'Type=oneshot\nRemainAfterExit=yes\n';
  const install = unit.state === 'static' ? '' : '\n[Install]\nWantedBy=multi-user.target\n';
  return `[Unit]\nDescription=${unit.description ?? unit.name}\n\n[Service]\n${exec}Restart=${unit.restart ?? 'no'}\n${install}`;
}
