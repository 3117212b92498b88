import * as z from 'zod';
import { KEY_SOURCES } from '../types.ts';
import { name, percent } from './values.ts';

/** Which instances of EC2 are the cluster's, and what their tags say. */
export const discover = z.strictObject({
  tagName: z.string().min(1).optional(),
  filters: z
    .record(z.string().min(1), z.array(z.string().min(1)).min(1))
    .refine((filters) => Object.keys(filters).length > 0, 'no filter')
    .meta({ minProperties: 1 })
    .optional(),
  roles: z
    .array(
      z.strictObject({
        tag: z.string().min(1),
        value: z.string().optional(),
        roles: z.array(z.enum(['control-plane', 'etcd', 'worker'])).min(1),
      }),
    )
    .default([]),
  labels: z.array(z.string().min(1)).default([]),
  address: z.enum(['private', 'public']).default('private'),
});

const arn = (resource: RegExp, example: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:[a-z-]+:elasticloadbalancing:.*:${resource.source}/`),
      `not an ARN such as ${example}`,
    );

/** Where users' traffic is divided between clusters. */
const trafficSwitch = z
  .strictObject({
    listener: arn(/listener(-rule)?/, 'arn:aws:elasticloadbalancing:…:listener-rule/…').optional(),
    record: z
      .strictObject({
        zone: z.string().regex(/^[A-Z0-9]+$/, 'not a hosted zone id such as Z2FDTNDATAQYW2'),
        name: z.string().min(1),
        type: z.enum(['A', 'AAAA', 'CNAME']).default('A'),
      })
      .optional(),
    sets: z.record(name, z.string().min(1)).default({}),
    groups: z.record(name, arn(/targetgroup/, 'arn:aws:elasticloadbalancing:…:targetgroup/…')).default({}),
    ceilings: z.record(name, percent).default({}),
  })
  .refine(({ listener, record }) => (listener === undefined) !== (record === undefined), {
    message: 'give listener or record, and not both',
  })
  .meta({ oneOf: [{ required: ['listener'] }, { required: ['record'] }] });

/** The account and the region of a cluster, and what Fireaxe may find and move there. */
export const cloud = z.strictObject({
  profile: z.string().min(1).optional(),
  region: z
    .string('missing region, such as us-west-2')
    .regex(/^[a-z0-9-]+$/, 'not a region such as us-west-2'),
  configFile: z.string().min(1).optional(),
  credentialsFile: z.string().min(1).optional(),
  allow: z.array(z.enum(KEY_SOURCES)).default([]),
  shardTag: z
    .string()
    .regex(/^[\p{L}\p{N} _.:/=@-]{1,128}$/u, 'not the key of a tag')
    .optional(),
  discover: discover.optional(),
  traffic: z.array(trafficSwitch).min(1).optional(),
});
