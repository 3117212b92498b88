/** One version of a launch template. */
export interface TemplateVersion {
  number: number;
  image?: string;
  type?: string;
  /** Tags of the machines. */
  tags?: Record<string, string>;
  /** Its network interfaces, where it has any. */
  interfaces?: { device: number; groups?: string[]; subnet?: string; publicIp?: boolean }[];
  zone?: string;
  spot?: boolean;
  /** Its machines may not be terminated. */
  kept?: boolean;
}

export interface CloudTemplate {
  id: string;
  name: string;
  /** The number of the default version. */
  usual: number;
  versions: TemplateVersion[];
}

/** What a world needs so that machines can be launched in it. */
export interface CloudLaunches {
  templates: CloudTemplate[];
  subnets: { id: string; zone: string; vpc: string }[];
  /** How long a machine is `pending` or `shutting-down`, and how long its status checks take (ms). */
  moveMs: number;
  statusMs: number;
  /** Client tokens that were used: the parameters of the call, and the machine that it made. */
  tokens: Map<string, { parameters: string; id: string }>;
}
