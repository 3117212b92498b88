// Apart from TypeScript: only tests need the validator, so that types are checked without it.
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Compiles a JSON Schema; the function it returns tells what is wrong with a value, a line each. */
export function validator(schema) {
  const validate = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    strict: true,
    strictRequired: false,
    validateFormats: false,
  }).compile(schema);
  return (value) =>
    validate(value)
      ? []
      : validate.errors.map(
          ({ instancePath, message, params }) =>
            `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
        );
}
