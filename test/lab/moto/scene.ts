import type { FleetNode } from '../../../src/fleet/types.ts';
import { timeless } from '../../drill-tier/killed/picture.ts';
import type { Moto } from './server.ts';

export const REGION = 'us-west-2';

/** Something of its own in moto's cloud in which a lever has something to do. */
export interface Scene {
  nodes: FleetNode[];
  /** More of the cluster in kit.yaml. */
  cluster?: Record<string, unknown>;
  /** All that the lever and its undo could have touched. */
  picture(): Promise<string>;
  /** What its picture has to have in it once the lever has done its work. */
  stands: RegExp;
  close?(): Promise<unknown>;
}

/** A lever, and how to make a scene for it. */
export interface MotoLever {
  name: string;
  args: string[];
  /** For `--confirm`, and for that of the undo. */
  targets: number;
  undone?: number;
  open(moto: Moto): Promise<Scene>;
}

const APIS = {
  ec2: ['ec2', '2016-11-15'],
  elb: ['elasticloadbalancing', '2015-12-01'],
  classic: ['elasticloadbalancing', '2012-06-01'],
  autoscaling: ['autoscaling', '2011-01-01'],
} as const;

/** One call of a query API; the answer without the id of the request. */
export async function ask(
  moto: Moto,
  api: keyof typeof APIS,
  Action: string,
  parameters: Record<string, string> = {},
): Promise<string> {
  const [service, Version] = APIS[api];
  const text = await moto.query(service, REGION, { Action, Version, ...parameters });
  return text.replace(/<(RequestId|requestId)>.*?<\/\1>/gs, '');
}

/** All values of a tag. */
export function all(tag: string, text: string): string[] {
  return [...text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, 'g'))].map(([, value]) => value!);
}

export function one(tag: string, text: string): string {
  const [value] = all(tag, text);
  if (value === undefined) throw new Error(`no <${tag}> in ${text}`);
  return value;
}

/** As it would be in a scene made later: names of things, of runs and times apart. */
export function plain(text: string): string {
  return timeless(text)
    .replace(/\b(vpc|subnet|acl|aclassoc|sg|sgr|pl|i|vol|eni|dopt|rtb)-[0-9a-f]{8,17}\b/g, '$1')
    .replace(/\s+/g, ' ');
}

/** Items of an answer with what these tags say of them, in any order. */
export function items(text: string, ...tags: string[]): string {
  return [...text.matchAll(/<item>.*?<\/item>/gs)]
    .map(([item]) => tags.flatMap((tag) => all(tag, item)).join(' '))
    .sort()
    .join('\n');
}

export function node(name: string, instanceId: string, more: Partial<FleetNode> = {}): FleetNode {
  const address = `10.0.0.${1 + Number(name.slice(-1))}`;
  return { name, cluster: 'prod', roles: ['worker'], address, labels: {}, instanceId, ...more };
}

/** The places at which the kit says that users' traffic is divided. */
export const trafficAt = (traffic: object[]) => ({ cloud: { profile: 'lab', region: REGION, traffic } });
