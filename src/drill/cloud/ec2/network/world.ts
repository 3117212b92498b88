/** The network of a simulated cloud. A world without one has none of these. */
export interface CloudNetwork {
  subnets: CloudSubnet[];
  acls: CloudAcl[];
  groups: CloudGroup[];
  prefixLists: CloudPrefixList[];
  interfaces: CloudInterface[];
  endpoints: CloudVpcEndpoint[];
  /** Entries a direction of a network ACL may have, its last one not counted; 20 when absent. */
  entriesPerAcl?: number;
  /** Milliseconds until a changed prefix list is `modify-complete`. */
  prefixListMs?: number;
}

export type Tags = Record<string, string>;

export interface CloudSubnet {
  id: string;
  vpc: string;
  cidr: string;
  cidr6?: string;
  zone: string;
}

export interface CloudAclEntry {
  number: number;
  egress: boolean;
  action: 'allow' | 'deny';
  /** `-1` for all, `6` for TCP. */
  protocol: string;
  cidr: string;
  from?: number;
  to?: number;
}

export interface CloudAcl {
  id: string;
  vpc: string;
  subnets: string[];
  entries: CloudAclEntry[];
  tags: Tags;
}

export interface CloudGroupRule {
  id: string;
  egress: boolean;
  protocol: string;
  from: number;
  to: number;
  /** Exactly one of these four. */
  cidr?: string;
  cidr6?: string;
  prefixList?: string;
  group?: string;
  /** The VPC of a group of a peer. */
  peer?: string;
  description?: string;
  tags: Tags;
}

export interface CloudGroup {
  id: string;
  vpc: string;
  name: string;
  rules: CloudGroupRule[];
  tags: Tags;
}

export interface CloudPrefixList {
  id: string;
  name: string;
  version: number;
  state: string;
  entries: { cidr: string; description?: string }[];
  /** Groups, route tables and the like that use it. */
  users: string[];
  tags: Tags;
  owner?: string;
}

export interface CloudInterface {
  id: string;
  vpc: string;
  subnet: string;
  ip: string;
  /** Its secondary addresses, and those of IPv6. */
  more?: string[];
  type: string;
  description: string;
  groups?: string[];
}

export interface CloudVpcEndpoint {
  id: string;
  vpc: string;
  service: string;
  subnets: string[];
  groups: string[];
}
