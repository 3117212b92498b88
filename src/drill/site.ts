/** Where the lab's machines stand, and what is wrong with their fleet before anything breaks. */
export interface Site {
  cluster: string;
  /** What the names of its machines begin with: a lab of several clusters has each name once. */
  prefix: string;
  /** Second byte of its control planes' addresses; its workers have the next one. */
  network: number;
  region: string;
  zones: readonly string[];
  /** Workers of this zone are reached through the bastion. */
  bastionZone: string;
  instanceTypes: { controlPlane: string; worker: string };
  /** How many workers have each fault. */
  mess: { ssmDead: number; kexHang: number; changedHostKey: number; slow: number };
}

/** Three zones, one of them behind a bastion, and the small faults that every fleet has. */
export const SITE: Site = {
  cluster: 'lab',
  prefix: '',
  network: 0,
  region: 'us-lab-1',
  zones: ['us-lab-1a', 'us-lab-1b', 'us-lab-1c'],
  bastionZone: 'us-lab-1c',
  instanceTypes: { controlPlane: 'm6i.xlarge', worker: 'm6i.2xlarge' },
  mess: { ssmDead: 4, kexHang: 1, changedHostKey: 1, slow: 1 },
};

const NO_MESS: Site['mess'] = { ssmDead: 0, kexHang: 0, changedHostKey: 0, slow: 0 };

/** The site of a lab's `n`-th cluster. The first one is `lab`; the others are like it, without its faults. */
export function siteOf(n: number, faults = true): Site {
  if (n === 1) return faults ? SITE : { ...SITE, mess: NO_MESS };
  const cluster = `${SITE.cluster}-${n}`;
  return { ...SITE, cluster, prefix: `${cluster}-`, network: 2 * (n - 1), mess: NO_MESS };
}
