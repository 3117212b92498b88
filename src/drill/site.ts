/** Where the lab's machines stand, and what is wrong with their fleet before anything breaks. */
export interface Site {
  cluster: string;
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
  region: 'us-lab-1',
  zones: ['us-lab-1a', 'us-lab-1b', 'us-lab-1c'],
  bastionZone: 'us-lab-1c',
  instanceTypes: { controlPlane: 'm6i.xlarge', worker: 'm6i.2xlarge' },
  mess: { ssmDead: 4, kexHang: 1, changedHostKey: 1, slow: 1 },
};
