import type { FleetNode } from '../../../src/fleet/types.ts';
import type { FakeWorld } from '../../drill/cloud/fake-world.ts';

/** A change through the cloud's API, as tests try it: killed at each call, with a permission taken away, undone. */
export interface Lever {
  /** The action. */
  name: string;
  /** Of its variant, where it has several. */
  title?: string;
  /** Verb and flags; `--reason` and the like are added. */
  args: string[];
  /** For `--confirm`. */
  targets: number;
  /** For that of the undo, where some targets have nothing to undo. */
  undone?: number;
  /** A new world in which it has something to do. */
  world(): FakeWorld;
  /** The fleet of that world; its machines as workers by default. */
  nodes?(world: FakeWorld): FleetNode[];
  /** More of the cluster in kit.yaml. */
  cluster?: Record<string, unknown>;
  /** What is run instead of a dry run, the change and its undo: something that only reads the cloud. */
  reads?: string[][];
  /** Fails unless the world is as the lever should leave it. */
  stands(world: FakeWorld): void;
}
