import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { TRANSPORT_NAMES } from '../../src/fleet/transports.ts';

const SRC = resolve(import.meta.dirname, '../../src');

it('no file but the table lists the transports', () => {
  const lists = new RegExp(`'(${TRANSPORT_NAMES.join('|')})',\\s*'(${TRANSPORT_NAMES.join('|')})',`);
  const found = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('drill/'))
    .filter((path) => lists.test(readFileSync(join(SRC, path), 'utf8')));
  expect(found).toEqual([]);
});
