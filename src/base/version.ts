declare const __FIREAXE_VERSION__: string;

/** The version in package.json, set when bundling; part of every plan's hash. */
export const VERSION: string = __FIREAXE_VERSION__;
