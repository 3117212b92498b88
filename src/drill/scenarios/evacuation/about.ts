export const NAME = 'evacuation';
export const TITLE = 'the same flood in one of two clusters: its users move to the healthy one meanwhile';

export const INTRO = [
  'Two clusters share their users, and the telemetry flood takes down the control plane of one: its names stop to resolve.',
  'Fireaxe then moves the users to the healthy cluster, recovers the broken one, and brings them back.',
  'Watch the requests that users lose: they stop long before the control plane is well.',
] as const;

/** Requests a second that users send for each worker of the lab: all of them fill nine tenths of one cluster. */
export const CALLS_PER_WORKER = 18;
