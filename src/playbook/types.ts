import type { YamlSource } from '../kit/yaml-file.ts';
import type { Workstream } from '../plan/types.ts';
import type { StepText } from './grammar.ts';

export interface PlaybookWorkstream {
  name: string;
  title: string;
  when: string;
  needs: Workstream['needs'];
  steps: StepText[];
}

export interface Playbook {
  name: string;
  title: string;
  description?: string | undefined;
  sha256: string;
  parameters: Record<string, { description: string; default?: string | undefined }>;
  workstreams: PlaybookWorkstream[];
  /** `file:line:column` of a value in it. */
  place: YamlSource['place'];
}
