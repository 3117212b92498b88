import type { Tag } from '@aws-sdk/client-ec2';
import type { Change } from '../../aws/network/caller.ts';
import type { BeforeState } from '../../node/types.ts';
import type { Refusal } from '../cloud/side.ts';
import type { Hands, Job } from './job.ts';
import type { WayName } from './params.ts';
import type { Site } from './site.ts';

/** What a way would do here. `nothing`: these clients are kept away already. */
export type Planned =
  | { refusal: Refusal }
  | { nothing: string }
  | {
      /** Everything that apply and undo need. */
      before: BeforeState;
      note: string;
      /** The calls, to be tried with DryRun. */
      calls: Record<string, Change>;
    };

/** One means of the cloud to keep clients away. It acts by the recorded before-state and the cloud's own state alone. */
export interface Way {
  name: WayName;
  /** What is not quite as before after an undo. */
  undone?: string;
  plan(site: Site, job: Job): Promise<Planned>;
  /** May begin anywhere: what is there already is not done again. */
  apply(before: BeforeState, hands: Hands): Promise<void>;
  /** What it changes, with its tags, which name the run that holds it. */
  tags(before: BeforeState, hands: Hands): Promise<(readonly [id: string, tags: Tag[] | undefined])[]>;
  /** How much of it is in force. */
  held(before: BeforeState, hands: Hands): Promise<'all' | 'part' | 'none'>;
  /** Why it is of no use although it is in force, as far as that can be. */
  idle?(before: BeforeState, hands: Hands): Promise<string | undefined>;
  /** Restores what was found; one line for each thing that somebody else changed since and that stays as it is. */
  undo(before: BeforeState, hands: Hands): Promise<string[]>;
}
