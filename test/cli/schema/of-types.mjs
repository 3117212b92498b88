// Apart from TypeScript: only tests need the generator, so that types are checked without it.
import { join, resolve } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The definitions of an exported type and of all that it names; unknown keys are refused. */
export function definitionsOf(file, type) {
  const generator = createGenerator({
    path: join(ROOT, file),
    tsconfig: join(import.meta.dirname, 'tsconfig.json'),
    type,
    // `npm run typecheck` does that.
    skipTypeCheck: true,
    additionalProperties: false,
    encodeRefs: false,
    sortProps: true,
  });
  return generator.createSchema(type).definitions;
}
