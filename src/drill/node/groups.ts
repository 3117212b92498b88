import type { Guardian } from './guardian.ts';

/** The process groups of one node: commands, services, and what they left in the background. */
export interface Groups {
  add(group: number): void;
  /** Forgets the groups that have no member any more. */
  sweep(): void;
  killAll(): void;
}

export function createGroups(guardian: Guardian): Groups {
  const groups = new Set<number>();
  const forget = (group: number) => {
    groups.delete(group);
    guardian.release(group);
  };
  return {
    add(group) {
      groups.add(group);
      guardian.watch(group);
    },
    sweep() {
      for (const group of groups) if (!signalGroup(group, 0)) forget(group);
    },
    killAll() {
      for (const group of groups) {
        signalGroup(group, 'SIGKILL');
        forget(group);
      }
    },
  };
}

/** False when the group is gone. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    // macOS says EPERM of a group whose members are all zombies.
    return signal !== 0 && (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
