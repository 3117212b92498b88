/** A target as it is registered. */
export interface RegisteredTarget {
  id: string;
  port: number;
  zone?: string;
  state: 'initial' | 'healthy' | 'unhealthy' | 'draining';
  /** When `initial` becomes healthy and `draining` is over (ms); never when absent. */
  until?: number;
}

export interface TargetGroupState {
  arn: string;
  name: string;
  type: 'instance' | 'ip';
  vpc?: string;
  port: number;
  protocol: string;
  /** Balancers that send to it; without one its targets are unused. */
  balancers: string[];
  drainSeconds: number;
  targets: RegisteredTarget[];
}

/** A Classic Load Balancer: it knows instances, without ports. */
export interface ClassicBalancer {
  name: string;
  vpc?: string;
  /** That of the instances. */
  port: number;
  /** 0 where it does not drain connections. */
  drainSeconds: number;
  instances: Pick<RegisteredTarget, 'id' | 'state' | 'until'>[];
}

/** What a listener, or a rule of one, forwards to. */
export interface ForwardState {
  arn: string;
  groups: { arn: string; weight: number }[];
  stickySeconds?: number;
}

/** The balancers of a world. */
export interface BalancerWorld {
  groups: TargetGroupState[];
  forwards: ForwardState[];
  classic?: ClassicBalancer[];
  /** How long a drain and the first health checks really take (ms). */
  drainMs: number;
  checkMs: number;
  /** Told of every change of weights. */
  onWeights?(forward: ForwardState): void;
}
