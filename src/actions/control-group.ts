import { z } from 'zod';

/** Where control groups are mounted; a path under it may be given whole. */
export const CGROUPS = '/sys/fs/cgroup';

/** Held to plain characters: the text goes into rules. */
const PLAIN = /^[A-Za-z0-9/_][A-Za-z0-9@._:/=+-]*$/;

/** As systemd writes names: a dash in a template's makes a slice `system-my\x2dagent.slice`. */
const ESCAPED = /^[A-Za-z0-9/_]([A-Za-z0-9@._:/=+-]|\\x[0-9a-f]{2})*$/;

/**
 * A systemd unit or slice (`.service` is added where no suffix is), or the path of a control group that begins with `/`.
 */
const group = (shape: RegExp) =>
  z
    .string()
    .regex(shape, 'expected a systemd unit, a slice or the path of a control group')
    .refine((word) => !word.split('/').includes('..'), 'a path without ..')
    .transform((word) => {
      if (!word.startsWith('/')) return /\.[a-z]+$/.test(word) ? word : `${word}.service`;
      const path = word.startsWith(`${CGROUPS}/`) ? word.slice(CGROUPS.length) : word;
      return path.replace(/\/+/g, '/').replace(/\/$/, '');
    })
    .refine((word) => word !== '' && word !== CGROUPS, 'the root of the control groups is everything')
    .refine((word) => word.startsWith('/') || !word.includes('/'), 'a path begins with /');

export const controlGroup = group(PLAIN);
export const escapedGroup = group(ESCAPED);
