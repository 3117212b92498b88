import { isIP } from 'node:net';
import * as z from 'zod';
import { parseAmount } from '../base/amount.ts';
import { LONGEST_MS, parseDuration } from '../base/duration.ts';
import { ADDRESS, AMOUNT, DURATION, LABEL_KEY, LABEL_VALUE, NETWORK } from '../fleet/patterns.ts';
import { isLabelKey, isLabelValue } from '../fleet/selector.ts';
import { TRANSPORT_NAMES } from '../fleet/transports.ts';
import { KEY_SOURCES } from './types.ts';

/** A login name as OpenSSH would take it: no leading dash, nothing that a shell or ssh reads otherwise. */
const user = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/, 'not a login name (letters, digits and _.+- only)');

const address = z
  .string()
  .refine((text) => isIP(text) !== 0, 'not an IP address (names need DNS, which may be down)')
  .meta({ pattern: ADDRESS });
const port = z.int('not a port').min(1, 'not a port').max(65535, 'not a port');

const network = z
  .string()
  .refine((text) => {
    const [ip = '', bits, ...more] = text.split('/');
    // A zone is a name of one machine's own: no firewall rule takes it.
    const family = ip.includes('%') ? 0 : isIP(ip);
    if (family === 0 || more.length > 0) return false;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  }, 'not an IP address or CIDR')
  .meta({ pattern: NETWORK });

const via = z.array(z.enum(TRANSPORT_NAMES)).min(1);

/** `5`, `10%`: kept as text. */
const amount = z
  .union([z.string().meta({ pattern: AMOUNT }), z.number().meta({ minimum: 0, multipleOf: 1 })])
  .transform((value, context) => {
    try {
      parseAmount(value, '');
      return String(value);
    } catch {
      context.addIssue({ code: 'custom', message: 'not an amount such as 3 or 10%' });
      return z.NEVER;
    }
  });

/** `15m`, `7d`: milliseconds. */
const duration = z
  .string('not a duration such as 15m')
  .meta({ pattern: DURATION })
  .transform((value, context) => {
    try {
      return parseDuration(value);
    } catch {
      context.addIssue({ code: 'custom', message: 'not a duration such as 90s, 15m, 12h or 7d' });
      return z.NEVER;
    }
  });

const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'not a name (letters, digits and ._- only)');

/** A value of a parameter: numbers and switches become their text. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** The name that a host's key and certificate go by; `{name}` stands for the node's. */
const hostKeyAlias = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9]|\{name\})(?:[A-Za-z0-9._-]|\{name\})*$/,
    'not a host name such as {name}.example.com',
  );

const bastion = z.strictObject({
  address,
  port: port.default(22),
  user: user.optional(),
  identity: z.string().min(1).optional(),
  certificate: z.string().min(1).optional(),
  hostKeyAlias: hostKeyAlias.optional(),
});

const ssh = z.strictObject({
  user: user.default('root'),
  port: port.default(22),
  identity: z.string().min(1).optional(),
  certificate: z.string().min(1).optional(),
  hostKeyAlias: hostKeyAlias.optional(),
  useAgent: z.boolean().default(false),
  jump: name.optional(),
  sudo: z.boolean().optional(),
});

/** `15s`: a time that a phase may take. */
const phase = duration.refine((ms) => ms >= 1_000 && ms <= LONGEST_MS, 'not from 1s to 24h');

const timeouts = z.strictObject({
  connect: phase.optional(),
  login: phase.optional(),
  script: phase.optional(),
  read: phase.optional(),
  delivery: phase.optional(),
  /** `0s`: no target is tried again. */
  retry: duration.refine((ms) => ms <= LONGEST_MS, 'not from 0s to 24h').optional(),
});

/** Which instances of EC2 are the cluster's, and what their tags say. */
const discover = z.strictObject({
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

const percent = z
  .union([z.string(), z.number()])
  .transform((value) => Number(String(value).replace(/%$/, '')))
  .refine((share) => share >= 0 && share <= 100, 'not a share such as 60%');

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

/** As of a Kubernetes object: what no selector could name is refused. */
const labels = z.record(
  z
    .string()
    .refine(isLabelKey, 'not a label key such as env or example.com/env')
    .meta({ pattern: LABEL_KEY }),
  z
    .union([z.string().meta({ pattern: LABEL_VALUE }), z.number(), z.boolean()])
    .transform(String)
    .refine(isLabelValue, 'not a label value (at most 63 letters, digits and _.-)'),
);

const cluster = z.strictObject({
  labels: labels.default({}),
  /** Clusters with a lower one come first. */
  order: z.number().optional(),
  /** In any unit, for `largest first`. */
  size: z.number().min(0, 'less than nothing').optional(),
  ssh: ssh.prefault({}),
  bastions: z.record(name, bastion).default({}),
  via: via.optional(),
  cloud: z
    .strictObject({
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
    })
    .optional(),
  kubernetes: z
    .strictObject({
      apiserverPort: port.default(6443),
      apiserverAddress: address.optional(),
      clientPorts: z.array(port).max(14, 'at most 14 ports').default([]),
      kubeconfigs: z
        .array(z.string().startsWith('/', 'not an absolute path'))
        .min(1)
        .default([
          '/etc/kubernetes/super-admin.conf',
          '/etc/kubernetes/admin.conf',
          '/etc/rancher/rke2/rke2.yaml',
          '/etc/rancher/k3s/k3s.yaml',
        ]),
      alwaysAllow: z.array(network).default([]),
    })
    .prefault({}),
  parameters: z.record(z.string(), text).default({}),
  timeouts: timeouts.prefault({}),
  /** Of each cluster by itself, never among the defaults. */
  drills: z.enum(['allowed', 'refused'], 'expected allowed or refused').default('refused'),
  fleet: z.string().min(1).optional(),
  /** With the keys of its own hosts, besides those of the kit. */
  knownHosts: z.array(z.string().min(1)).optional(),
});

const policy = z.strictObject({
  floors: z
    .strictObject({ 'control-plane': amount.optional(), etcd: amount.optional(), worker: amount.optional() })
    .prefault({}),
  maxFailures: amount.default('10%'),
  planMaxAge: duration.default(15 * 60_000),
  fleetMaxAge: duration.default(7 * 24 * 3_600_000),
});

/** One cluster of the kit, over the defaults. */
export const clusterSchema = cluster;

/** What all clusters share; each has a snapshot of its own. */
export const defaultsSchema = cluster.omit({ fleet: true, drills: true });

export const clusterName = name;

/** kit.yaml, as docs/kit.md describes it. */
export const kitSchema = z.strictObject({
  schemaVersion: z.literal(1, 'only schemaVersion 1 is known'),
  name: name.optional(),
  state: z.string().min(1).optional(),
  knownHosts: z.array(z.string().min(1)).optional(),
  revokedHostKeys: z.string().min(1).optional(),
  sshConfig: z.string().min(1).optional(),
  /** Each is read by itself, over the defaults: a mistake in one leaves the others usable. */
  defaults: z.unknown().optional(),
  clusters: z.record(name, z.unknown()).default({}),
  policy: policy.prefault({}),
});

export type KitFile = z.infer<typeof kitSchema>;
export type ClusterFile = z.infer<typeof clusterSchema>;

/** The keys known under a path of kit.yaml, for an error that names the nearest. */
export function knownKitKeys(path: PropertyKey[]): string[] {
  const [first, , ...rest] = path;
  if (first === 'clusters' && path.length > 1) return knownClusterKeys(rest);
  if (first === 'defaults') return knownClusterKeys(path.slice(1), defaultsSchema);
  const shapes: Record<string, { shape: object }> = {
    '': kitSchema,
    policy,
    'policy.floors': policy.shape.floors.unwrap(),
  };
  return Object.keys(shapes[path.map(String).join('.')]?.shape ?? {});
}

/** The same within a cluster. */
export function knownClusterKeys(path: PropertyKey[], whole: { shape: object } = cluster): string[] {
  const shapes: Record<string, { shape: object }> = {
    '': whole,
    ssh,
    'bastions.*': bastion,
    timeouts,
    cloud: cluster.shape.cloud.unwrap(),
    'cloud.discover': discover,
    kubernetes: cluster.shape.kubernetes.unwrap(),
  };
  const wild = path.map((key, i) => (i === 1 && path[0] === 'bastions' ? '*' : String(key)));
  return Object.keys(shapes[wild.join('.')]?.shape ?? {});
}
