export function validator(schema: unknown): (value: unknown) => string[];
