/** One EKS cluster as the cloud sees it. */
export interface EksCluster {
  name: string;
  status: 'ACTIVE' | 'UPDATING';
  /** Absent where nobody ever chose one. */
  tier?: string;
  access?: EksAccess;
  tags?: Record<string, string>;
  /** Updates by their id. */
  updates?: Record<string, { status: string; token: string; type: string }>;
}

/** Who reaches the API server: from the VPC, from elsewhere, and from which networks there. */
export interface EksAccess {
  privateToo: boolean;
  publicToo: boolean;
  cidrs: string[];
}

/** As a cluster is made. */
export const OPEN: EksAccess = { privateToo: false, publicToo: true, cidrs: ['0.0.0.0/0'] };

export const arnOf = ({ name }: EksCluster) => `arn:aws:eks:us-west-2:123456789012:cluster/${name}`;
