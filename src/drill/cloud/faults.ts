/** Faults that tests switch on. All are off at first. */
export interface CloudFaults {
  /** Operation (`SendCommand`, `DescribeInstances`, …) → how many of the next calls are throttled. */
  throttle: Record<string, number>;
  /** Operation → how many of the next calls are carried out, and then answered with an error. */
  afterAcceptance: Record<string, { how: 'error-500' | 'reset' | 'empty' | 'cut' | 'gone'; times: number }>;
  /** Operation → how many of the next calls fail with 500 before anything is done. */
  beforeAcceptance: Record<string, number>;
  /** How far the service's clock is ahead of this machine's; it refuses signatures made at another time than its own. */
  clockAheadMs: number;
  /** Operation, alone or with its service (`ec2:CreateTags`) → error code answered to every call. */
  refuse: Record<string, string>;
  /** Instance types for which EC2 has no capacity. */
  noRoomFor: Set<string>;
  /** Types whose new machines end at once, although EC2 accepted the launch. */
  fallingTypes: Set<string>;
  /** EKS clusters whose updates fail. */
  failingUpdates: Set<string>;
  /** Volumes whose modification stays `optimizing`. */
  slowVolumes: Set<string>;
  /** Instances whose commands never end. */
  inProgressForever: Set<string>;
  /** Instances that run the command although the service says DeliveryTimedOut. */
  ranButDeliveryTimedOut: Set<string>;
  /** Instances that no command reaches, which the service reports at once. */
  undeliverable: Set<string>;
  /** Instances that the service accepts and then leaves out of every list. */
  missing: Set<string>;
  /** InvalidInstanceId without the ids. */
  namelessInvalidInstance: boolean;
}

export function noFaults(): CloudFaults {
  return {
    throttle: {},
    afterAcceptance: {},
    beforeAcceptance: {},
    clockAheadMs: 0,
    refuse: {},
    noRoomFor: new Set(),
    fallingTypes: new Set(),
    failingUpdates: new Set(),
    slowVolumes: new Set(),
    inProgressForever: new Set(),
    ranButDeliveryTimedOut: new Set(),
    undeliverable: new Set(),
    missing: new Set(),
    namelessInvalidInstance: false,
  };
}
