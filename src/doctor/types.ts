/** From best to worst; `red` means that the emergency path is not open. */
export const FINDING_STATES = ['green', 'amber', 'red'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

/** What doctor checks, in the order in which it is shown; `--skip` takes these names. */
export const CHECKS = [
  'kit',
  'cluster',
  'snapshot',
  'host-keys',
  'keys',
  'access',
  'cloud',
  'permissions',
  'clock',
  'dependencies',
  'drill',
  'descriptors',
  'disk',
  'program',
] as const;
export type Check = (typeof CHECKS)[number];

export interface Finding {
  check: Check;
  state: FindingState;
  /** The clusters that it is about; absent where it is about the kit or this machine. */
  clusters?: string[];
  /** One line: what was found. */
  what: string;
  /** How the emergency path leads to what is in the way, step by step. */
  chain?: string[];
  /** The command or change that mends it. */
  next?: string;
}

/** A finding of the check that makes it. */
export type Judged = Omit<Finding, 'check' | 'clusters'>;

/** The finding of a failure to check: what is not known is not open. */
export function failed(check: Check, error: { message: string; next?: string | undefined }): Finding {
  return { check, state: 'red', what: error.message, ...(error.next !== undefined && { next: error.next }) };
}
