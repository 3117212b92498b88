/** One call that IAM must allow. */
export interface Permission {
  /** As IAM names it: `ec2:StopInstances`. */
  action: string;
  /** ARN patterns; every resource where absent, as for calls that IAM cannot narrow. */
  resources?: string[];
  /** A condition of its own. */
  only?: Record<string, Record<string, string>>;
  /** Only for resources that carry the cluster's tag. */
  ofCluster?: true;
  /** Only for what Fireaxe itself made: it carries the tag `fireaxe:run`. */
  ofOurs?: true;
  /** What it is for, where the call's name does not say it. */
  note?: string;
  /** What is missing without it, where the rest works. */
  without?: string;
  /** When the call is made, where a usual run makes none. */
  seldom?: string;
}

/** What one verb needs beside the others. */
export interface Policy {
  /** As in the docs: `scale --type`. */
  title: string;
  permissions: Permission[];
}

export interface Statement {
  Effect: 'Allow';
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}
