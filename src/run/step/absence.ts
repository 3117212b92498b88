/** What is known of the moment in which an order was sent. */
export interface Launch {
  /** The node's boot in which it began, where that was heard. */
  boot?: string | undefined;
  /** Seconds since it was sent; at least, where clocks were changed. */
  secondsAgo: number;
}

/** What a node that has no receipt says of itself. */
export interface Now {
  boot?: string | undefined;
  /** Seconds since it was booted. */
  up?: number | undefined;
}

/** Two machines count seconds alike to a few in ten thousand. */
const LEAST_MARGIN_S = 5;
const DRIFT = 0.001;

/**
 * Why the absence of a receipt does not prove that an order never began: a reboot empties /run.
 * Undefined where it does prove it, because the node is still in the boot of the launch.
 */
export function whyNotKnown(launch: Launch, now: Now): string | undefined {
  if (launch.boot && now.boot) {
    return launch.boot === now.boot
      ? undefined
      : `the node was rebooted since: boot ${launch.boot} at the launch, ${now.boot} now`;
  }
  if (now.up === undefined) return 'the node does not tell whether it was rebooted since';
  const { secondsAgo } = launch;
  if (now.up > secondsAgo + LEAST_MARGIN_S + secondsAgo * DRIFT) return undefined;
  const boot = now.boot ? ` (boot ${now.boot})` : '';
  return `the node was booted ${now.up} s ago${boot}, and the order was sent ${Math.round(secondsAgo)} s ago`;
}
