import { isIP } from 'node:net';
import * as z from 'zod';
import { parseAmount } from '../../base/amount.ts';
import { LONGEST_MS, parseDuration } from '../../base/duration.ts';
import { ADDRESS, AMOUNT, DURATION, LABEL_KEY, LABEL_VALUE, NETWORK } from '../../fleet/patterns.ts';
import { isLabelKey, isLabelValue } from '../../fleet/selector.ts';
import { TRANSPORT_NAMES } from '../../fleet/transports.ts';

/** A login name as OpenSSH would take it: no leading dash, nothing that a shell or ssh reads otherwise. */
export const user = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/, 'not a login name (letters, digits and _.+- only)');

export const address = z
  .string()
  .refine((text) => isIP(text) !== 0, 'not an IP address (names need DNS, which may be down)')
  .meta({ pattern: ADDRESS });
export const port = z.int('not a port').min(1, 'not a port').max(65535, 'not a port');

export const network = z
  .string()
  .refine((text) => {
    const [ip = '', bits, ...more] = text.split('/');
    // A zone is a name of one machine's own: no firewall rule takes it.
    const family = ip.includes('%') ? 0 : isIP(ip);
    if (family === 0 || more.length > 0) return false;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  }, 'not an IP address or CIDR')
  .meta({ pattern: NETWORK });

export const via = z.array(z.enum(TRANSPORT_NAMES)).min(1);

/** `5`, `10%`: kept as text. */
export const amount = z
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
export const duration = z
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

export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'not a name (letters, digits and ._- only)');

/** A value of a parameter: numbers and switches become their text. */
export const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** The name that a host's key and certificate go by; `{name}` stands for the node's. */
export const hostKeyAlias = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9]|\{name\})(?:[A-Za-z0-9._-]|\{name\})*$/,
    'not a host name such as {name}.example.com',
  );

/** `15s`: a time that a phase may take. */
export const phase = duration.refine((ms) => ms >= 1_000 && ms <= LONGEST_MS, 'not from 1s to 24h');

export const percent = z
  .union([z.string(), z.number()])
  .transform((value) => Number(String(value).replace(/%$/, '')))
  .refine((share) => share >= 0 && share <= 100, 'not a share such as 60%');

/** As of a Kubernetes object: what no selector could name is refused. */
export const labels = z.record(
  z
    .string()
    .refine(isLabelKey, 'not a label key such as env or example.com/env')
    .meta({ pattern: LABEL_KEY }),
  z
    .union([z.string().meta({ pattern: LABEL_VALUE }), z.number(), z.boolean()])
    .transform(String)
    .refine(isLabelValue, 'not a label value (at most 63 letters, digits and _.-)'),
);
