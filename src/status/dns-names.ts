import * as z from 'zod';
import { list } from '../actions/kinds.ts';
import type { Parameters } from '../actions/params.ts';

const name = z
  .string()
  .regex(/^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?\.?$/, 'expected a DNS name')
  .transform((text) => text.replace(/\.$/, ''));

export const dnsCheckParameters = {
  name: {
    schema: list().pipe(z.array(name)).default([]),
    help: 'check: ask for this name, too: outside, or a headless service',
    flag: '--name <name>',
    repeatable: true,
  },
} satisfies Parameters;
