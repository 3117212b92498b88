import type { FireaxeError } from '../base/errors.ts';
import type { TransportName } from '../fleet/transports.ts';
import type { FleetNode, FleetSnapshot, Role } from '../fleet/types.ts';
import type { ClusterIndex } from './clusters/types.ts';
import type { ServicesSnapshot } from './services/types.ts';

/** A host through which other nodes are reached. */
export interface Bastion {
  name: string;
  address: string;
  port: number;
  user: string;
  /** Absolute path of a private key. */
  identity?: string;
  /** Absolute path of its certificate, where that is not beside it. */
  certificate?: string;
  useAgent?: boolean;
  /** The name that its host key goes by; its address when absent. */
  hostKeyAlias?: string;
}

/** How long each phase of one command on one node may take (milliseconds). */
export interface Timeouts {
  /** TCP, banner and key exchange. */
  connectMs: number;
  /** Each phase of the login: authentication, session, sudo, the login shell's start. */
  loginMs: number;
  /** A script that changes something, where neither the playbook nor `--timeout` says so. */
  scriptMs: number;
  /** A script that reads: probe, gates. */
  readMs: number;
  /** How long SSM may take to deliver an order; see `TransportOptions.deliveryMs` for what holds where it is absent. */
  deliveryMs?: number;
  /** How long a node that nothing was sent to is tried again. */
  retryMs: number;
}

/** Where keys may come from besides the files, a process and an assumed role: each may be broken in an emergency. */
export const KEY_SOURCES = ['sso', 'mfa', 'web-identity', 'instance-metadata', 'container'] as const;
export type KeySource = (typeof KEY_SOURCES)[number];

export interface CloudProfile {
  /** Profile name in the kit's (or the user's) AWS files. */
  profile?: string;
  region: string;
  /** Absolute paths of the kit's own AWS config and credentials files. */
  configFile?: string;
  credentialsFile?: string;
  /** What the profile may depend on, by name: nothing unless the kit says so. */
  allow?: KeySource[];
}

/** A group of nodes that carry the same value of the kit's shard tag: one SendCommand can reach all of them. */
export interface Shard {
  /** The tag's key. */
  tag: string;
  value: string;
  /** Further tags that all nodes of the cluster carry, so that no other cluster's node is reached. */
  and: { key: string; values: string[] }[];
  /** Nodes of the fleet in it. */
  nodes: number;
}

/** Which instances of EC2 are the cluster's, and what their tags say. */
export interface Discovery {
  /** The cluster's name in its tags, where that is another. */
  tagName?: string;
  /** EC2 filters instead of the cluster's tag, such as `tag:env` → [`prod`]. */
  filters?: { name: string; values: string[] }[];
  /** Looked at before the tags that Kubernetes installers set; the first match decides. */
  roleRules?: { key: string; value?: string; roles: Role[] }[];
  /** Tags to take over as labels, besides the known ones. */
  labelTags?: string[];
  /** The address to reach the nodes at; `public` falls back to the private one. */
  address?: 'private' | 'public';
}

/** One place where users' traffic is divided between clusters. */
export interface TrafficSwitch {
  /** The ARN of a listener, or of one of its rules, that forwards to weighted target groups. */
  listener?: string;
  /** A weighted record of Route 53. */
  record?: { zone: string; name: string; type: string };
  /** Cluster → its set identifier in the record. */
  sets: Record<string, string>;
  /** Cluster → its target group: its share of a listener, and where its health is read. */
  groups: Record<string, string>;
  /** Cluster → the most that it can carry, in percent of all traffic at this place. */
  ceilings: Record<string, number>;
}

export interface ClusterKit {
  name: string;
  ssh: {
    user: string;
    port: number;
    identity?: string;
    certificate?: string;
    /** `{name}` stands for a node's name. */
    hostKeyAlias?: string;
    useAgent: boolean;
    jump?: string;
    sudo: boolean;
  };
  bastions: Record<string, Bastion>;
  /** Order of transports for its nodes. */
  via: TransportName[];
  cloud?: CloudProfile;
  /** The tag whose values divide the nodes into shards. */
  shardTag?: string;
  discover?: Discovery;
  /** Where its users' traffic is divided between clusters. */
  traffic?: TrafficSwitch[];
  /** What the actions must know of Kubernetes there. */
  kubernetes: {
    apiserverPort: number;
    /** Where each control-plane host is to ask its own API server first; loopback and its other addresses follow. */
    apiserverAddress?: string | undefined;
    /** Other ports of the control-plane hosts that lead to the API, such as a balancer's on the host. */
    clientPorts: number[];
    /** On a control-plane node, in order of preference. */
    kubeconfigs: string[];
    /** Client addresses that a fence must never cut, besides the control plane: operators, balancers. IPs or CIDRs. */
    alwaysAllow: string[];
  };
  /** Defaults for playbook parameters in this cluster, such as the offender's name. */
  parameters: Record<string, string>;
  /** What the kit sets over the defaults. */
  timeouts?: Partial<Timeouts>;
  /** Whether a drill may flood it; refused where absent. */
  drills?: 'allowed';
  fleet: FleetSnapshot;
  /** Absolute path of its snapshot, where it comes from a kit. */
  fleetFile?: string;
  /** Reads its snapshot of services; undefined where the kit has none. */
  services?(): ServicesSnapshot | undefined;
  /** Absolute paths of known_hosts files with its own hosts. */
  knownHosts?: string[];
}

export interface Policy {
  /** Fewest nodes of a role that must stay untouched by a severe step; absolute or share of the role. */
  floors: Partial<Record<'control-plane' | 'etcd' | 'worker', string>>;
  /** Default of `--max-failures`. */
  maxFailures: string;
  /** A plan older than this is stale (milliseconds). */
  planMaxAgeMs: number;
  /** A fleet snapshot older than this is warned about (milliseconds). */
  fleetMaxAgeMs: number;
}

/** Everything pre-staged, opened and checked. */
export interface Kit {
  /** Absolute path. */
  path: string;
  name: string;
  /** All its clusters, opened or not; those that are in `clusters` and `unopened` where it is absent. */
  index?: ClusterIndex;
  /** Those that are opened, by name. */
  clusters: Record<string, ClusterKit>;
  /** Clusters that cannot be opened, and why: the others are not affected. */
  unopened?: Record<string, FireaxeError>;
  /** Reads the snapshot of one cluster and checks what it names. */
  open?(name: string): Promise<ClusterKit>;
  policy: Policy;
  /** Absolute paths of known_hosts files, besides those of each cluster. */
  knownHosts: string[];
  /** Absolute path of the list of revoked host keys, when the kit has one. */
  revokedHostKeys?: string;
  /** Absolute path of the ssh_config for the openssh transport, when the kit has one. */
  sshConfig?: string;
  /** The kit's own playbooks by name: absolute path. */
  playbooks: Record<string, string>;
  /** Absolute path where runs are kept, when the kit says so. */
  stateDir?: string;
}

/** A node with all that a transport needs to reach it. */
export interface Target extends FleetNode {
  port: number;
  internalAddress: string;
  ssh: {
    user: string;
    identity?: string;
    certificate?: string;
    hostKeyAlias?: string;
    useAgent: boolean;
    jump?: Bastion;
    sudo: boolean;
  };
  via: TransportName[];
  cloud?: CloudProfile;
  shard?: Shard;
}
