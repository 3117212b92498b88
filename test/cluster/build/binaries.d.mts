export interface Binaries {
  /** Path by name. */
  paths: Record<string, string>;
  /** Seconds by name, of what was not in the cache. */
  built: Record<string, number>;
}

export const KUBERNETES: string;
export const ETCD_TAG: string;
export const COREDNS: string;
export function cacheDir(): string;
export function buildBinaries(say: (line: string) => void): Promise<Binaries>;
