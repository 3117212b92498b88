import type { YamlSource } from '../kit/yaml-file.ts';
import type { ClusterOrder } from '../plan/rollout/types.ts';
import type { Workstream } from '../plan/types.ts';
import type { Condition } from './condition.ts';
import type { StepText } from './grammar.ts';

export interface PlaybookWorkstream {
  name: string;
  title: string;
  when: Condition;
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
  /** Of its text; with includes, of all their texts. */
  sha256: string;
  parameters: Record<string, { description: string; default?: string | undefined }>;
  /** With those of the playbooks that it includes, in their place. */
  workstreams: PlaybookWorkstream[];
  /** Names of the playbooks that it includes, and that those include, as often as they are included. */
  includes: string[];
  clusters?: PlaybookClusters;
  /** `file:line:column` of a value in it; of a workstream that was included, in its own file. */
  place: YamlSource['place'];
}
