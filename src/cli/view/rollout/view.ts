import type { RunEvent } from '../../../run/types.ts';
import type { View } from '../view.ts';

/** Shows the progress of a rollout. */
export interface RolloutView extends View {
  /** An event of the run of one cluster. */
  onRun(cluster: string, event: RunEvent): void;
}
