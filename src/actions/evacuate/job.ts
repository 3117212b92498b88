import type { CloudJob } from '../cloud/side.ts';
import type { EvacuateParams } from './params.ts';
import type { Place } from './place.ts';

export interface Job extends CloudJob<EvacuateParams> {
  cluster: string;
  at: Place[];
}
