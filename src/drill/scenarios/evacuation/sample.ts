/** One cluster's users in one moment. */
export interface UsersOf {
  /** Requests a second that come, and that would come with the weights of the beginning. */
  rate: number;
  formerRate: number;
  /** Requests a second that its endpoints can carry. */
  capacity: number;
  /** Share of its users' names that do not resolve. */
  failing: number;
  /** Requests lost so far. */
  lost: number;
}

/** What the lab itself sees of the users in one moment. */
export interface UsersSample {
  /** Milliseconds since the lab began. */
  at: number;
  clusters: Record<string, UsersOf>;
  weights: { former: Record<string, number>; now: Record<string, number> };
}

/** Requests a second that a cluster loses of so many. */
export function lostOf(rate: number, { failing, capacity }: UsersOf): number {
  return rate - Math.min(rate * (1 - failing), capacity);
}
