/** The text from which a thread starts, where all of Fireaxe is one file. */
export function threadText(): Promise<string>;
