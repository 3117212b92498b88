/** Why the binaries cannot be built, in one line. */
export function noGo(): string | undefined;
