/** A machine as its group sees it. */
export interface GroupMember {
  id: string;
  lifecycle: string;
  health: 'Healthy' | 'Unhealthy';
  weight?: string;
}

export interface CloudGroup {
  name: string;
  min: number;
  max: number;
  desired: number;
  members: GroupMember[];
  /** Processes that are suspended. */
  suspended: string[];
  tags: Record<string, string>;
  status?: string;
  /** ARNs of its target groups, names of its Classic Load Balancers. */
  attached?: string[];
  /** It also asks its balancer, which finds a machine healthy so long after its start (ms). */
  elb?: { bootMs: number; graceSeconds: number };
}
