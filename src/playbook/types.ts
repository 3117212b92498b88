import type { YamlSource } from '../kit/yaml-file.ts';
import type { ClusterOrder } from '../plan/rollout/types.ts';
import type { Workstream } from '../plan/types.ts';
import type { StepText } from './grammar.ts';

export interface PlaybookWorkstream {
  name: string;
  title: string;
  when: string;
  needs: Workstream['needs'];
  steps: StepText[];
}

/** What a playbook says of clusters, for a rollout over several. */
export interface PlaybookClusters {
  order?: ClusterOrder;
  /** Clusters with the labels `of` come after those with the labels `after`. */
  needs: { of: string; after: string }[];
}

export interface Playbook {
  name: string;
  title: string;
  description?: string | undefined;
  sha256: string;
  parameters: Record<string, { description: string; default?: string | undefined }>;
  workstreams: PlaybookWorkstream[];
  clusters?: PlaybookClusters;
  /** `file:line:column` of a value in it. */
  place: YamlSource['place'];
}
