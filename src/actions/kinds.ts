import * as z from 'zod';
import { parseDuration } from '../base/duration.ts';
import { canonicalAddress } from '../node/addresses.ts';

/** Kinds of values that parameters share. Flags and YAML give strings, numbers, switches and lists of them. */

/** `90s`, `5m` …, in whole seconds between the bounds. */
export function seconds(least: number, most: number) {
  return z.union([z.string(), z.number()]).transform((text, ctx) => {
    try {
      const s = Math.round(parseDuration(String(text)) / 1000);
      if (s >= least && s <= most) return s;
    } catch {
      // Refused below, in the same words.
    }
    ctx.addIssue({
      code: 'custom',
      message: `not a time from ${least}s to ${most}s: ${JSON.stringify(text)} (write 90s, 5m, 2h)`,
    });
    return z.NEVER;
  });
}

/** `a,b c` or a YAML list. */
export function list() {
  return z
    .union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))])
    .transform((v) =>
      (Array.isArray(v) ? v.map(String) : String(v).split(/[\s,]+/)).filter((word) => word !== ''),
    );
}

/** A text that can be one line of a shell variable: no NUL, no control characters but tab. */
export function line(most = 400) {
  return z
    .union([z.string(), z.number()])
    .transform(String)
    .refine((t) => t !== '' && t.length <= most && !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(t), {
      message: `expected one line of at most ${most} characters`,
    });
}

/** A switch: the flag alone, or `true` and `false` in YAML. */
export const onOrOff = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((v) => v === true || v === 'true')
  .default(false);

/** IP addresses and CIDRs in their canonical form. */
export const addresses = list()
  .transform((words, ctx) => {
    try {
      return words.map((word) => canonicalAddress(word, ''));
    } catch (error) {
      ctx.addIssue({ code: 'custom', message: (error as Error).message });
      return z.NEVER;
    }
  })
  .default([]);

/** Where cgroups are mounted; a path under it may be given whole. */
const CGROUPS = '/sys/fs/cgroup';

/** A systemd unit or slice (`.service` is added without a suffix), or the path of a cgroup that begins with `/`. */
const group = (shape: RegExp) =>
  z
    .string()
    .regex(shape, 'expected a systemd unit, a slice or a cgroup path')
    .refine((word) => !word.split('/').includes('..'), 'expected a path without ..')
    .transform((word) => {
      if (!word.startsWith('/')) return /\.[a-z]+$/.test(word) ? word : `${word}.service`;
      const path = word.startsWith(`${CGROUPS}/`) ? word.slice(CGROUPS.length) : word;
      return path.replace(/\/+/g, '/').replace(/\/$/, '');
    })
    .refine((word) => word !== '' && word !== CGROUPS, 'the root cgroup holds the whole machine')
    .refine((word) => word.startsWith('/') || !word.includes('/'), 'expected a path that begins with /');

/** Held to plain characters: the text goes into firewall rules. */
export const controlGroup = group(/^[A-Za-z0-9/_][A-Za-z0-9@._:/=+-]*$/);

/** As systemd escapes names: a dash in a template's makes a slice `system-my\x2dagent.slice`. */
export const escapedGroup = group(/^[A-Za-z0-9/_]([A-Za-z0-9@._:/=+-]|\\x[0-9a-f]{2})*$/);
