import type { Moto } from './server.ts';

export const IMAGE = 'ami-03cf127a';
const EC2 = '2016-11-15';
const IAM = '2010-05-08';

/** Instances with tags, in one reservation; their ids. */
export async function launch(
  moto: Moto,
  region: string,
  count: number,
  tags: Record<string, string> = {},
  more: Record<string, string> = {},
): Promise<string[]> {
  const tagged = Object.entries(tags).flatMap(([key, value], n) => [
    [`TagSpecification.1.Tag.${n + 1}.Key`, key],
    [`TagSpecification.1.Tag.${n + 1}.Value`, value],
  ]);
  const text = await moto.query('ec2', region, {
    Action: 'RunInstances',
    Version: EC2,
    ImageId: IMAGE,
    InstanceType: 'm5.large',
    MinCount: String(count),
    MaxCount: String(count),
    ...(tagged.length > 0 ? { 'TagSpecification.1.ResourceType': 'instance' } : {}),
    ...Object.fromEntries(tagged),
    ...more,
  });
  return [...text.matchAll(/<instanceId>(i-[0-9a-f]+)</g)].map((match) => match[1]!);
}

export async function ec2(moto: Moto, region: string, action: string, id: string): Promise<string> {
  return moto.query('ec2', region, { Action: action, Version: EC2, 'InstanceId.1': id });
}

/** Keys of a new user who may do what is listed, and nothing else. */
export async function user(
  moto: Moto,
  name: string,
  allowed: string[],
): Promise<{ id: string; secret: string }> {
  const iam = (parameters: Record<string, string>) =>
    moto.query('iam', 'us-east-1', { Version: IAM, UserName: name, ...parameters });
  await iam({ Action: 'CreateUser' });
  await iam({ Action: 'PutUserPolicy', PolicyName: 'p', PolicyDocument: policy(allowed) });
  return keysIn(await iam({ Action: 'CreateAccessKey' }));
}

/** A role that this user may assume. */
export async function role(moto: Moto, name: string, by: string, allowed: string[]): Promise<string> {
  const iam = (parameters: Record<string, string>) =>
    moto.query('iam', 'us-east-1', { Version: IAM, RoleName: name, ...parameters });
  await iam({ Action: 'CreateRole', AssumeRolePolicyDocument: trust(by) });
  await iam({ Action: 'PutRolePolicy', PolicyName: 'p', PolicyDocument: policy(allowed) });
  return `arn:aws:iam::123456789012:role/${name}`;
}

function policy(allowed: string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: allowed, Resource: '*' }],
  });
}

function trust(by: string): string {
  const Principal = { AWS: `arn:aws:iam::123456789012:user/${by}` };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

function keysIn(text: string): { id: string; secret: string } {
  const one = (tag: string) => new RegExp(`<${tag}>([^<]+)<`).exec(text)?.[1] ?? '';
  return { id: one('AccessKeyId'), secret: one('SecretAccessKey') };
}
