import { parseTimeSpan } from './time-span.ts';
import type { UnitState } from './unit.ts';
import { setting } from './unit-text.ts';

/** Arms a timer unit: it starts its service once, then disappears unless it is to stay. */
export function startTimer(
  state: UnitState,
  manager: { start(name: string): Promise<void>; ended(state: UnitState): void },
): void {
  const delay = parseTimeSpan(setting(state.loaded.text, 'Timer.OnActiveSec') ?? '') ?? 0;
  state.sub = 'waiting';
  state.elapsesAt = Date.now() + delay;
  const timer = setTimeout(() => {
    state.timers.delete(timer);
    state.sub = 'elapsed';
    delete state.elapsesAt;
    void manager.start(serviceOf(state)).catch(() => undefined);
    if (setting(state.loaded.text, 'Timer.RemainAfterElapse') === 'no') manager.ended(state);
  }, delay);
  state.timers.add(timer);
}

/** The service that a timer starts. */
export function serviceOf(state: UnitState): string {
  return setting(state.loaded.text, 'Timer.Unit') ?? state.name.replace(/\.timer$/, '.service');
}
