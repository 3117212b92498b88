// biome-ignore lint/suspicious/noExplicitAny: any part of a JSON Schema.
export function definitionsOf(file: string, type: string): Record<string, any>;
