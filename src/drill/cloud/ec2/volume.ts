/** One EBS volume as the cloud sees it. */
export interface CloudVolume {
  id: string;
  instance: string;
  device: string;
  type: 'gp2' | 'gp3' | 'io1' | 'io2' | 'st1';
  sizeGib: number;
  iops?: number;
  throughput?: number;
  /** The latest modification. */
  modification?: {
    state: 'modifying' | 'optimizing' | 'completed' | 'failed';
    startedAt: Date;
    to: { type: CloudVolume['type']; iops?: number; throughput?: number };
  };
  /** How many modifications were accepted. */
  modified?: number;
}
