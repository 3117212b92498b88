/** The text of the thread, where all of Fireaxe is one file: build/one-file.mjs puts it here. */
export const EMBEDDED: string | undefined = undefined;
