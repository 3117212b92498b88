import type { Form } from '../../base/form.ts';
import type { OwnFiles } from '../../base/own-files/check.ts';
import type { NodeChange } from '../../kit/import/merge.ts';
import type { ErrorJson } from './failure.ts';

/** What the verbs print that prepare, and those about this program. */

export interface ListedPlaybook {
  name: string;
  /** Its file, or `built in`. */
  from: string;
  title?: string;
  parameters?: { name: string; description: string; default?: string | undefined }[];
  /** Why it cannot be read. */
  problem?: ErrorJson;
}

export interface PlaybooksResult {
  count: number;
  playbooks: ListedPlaybook[];
}

export interface PlaybookText {
  name: string;
  file: string;
  text: string;
}

export interface PlaybookChecked {
  name: string;
  workstreams: number;
  steps: number;
  parameters: number;
  /** Playbooks that it takes workstreams of. */
  includes?: string[];
}

export interface KitInitResult {
  kit: string;
  cluster: string;
  /** By their names in the kit. */
  files: string[];
}

export interface KitImportResult {
  cluster: string;
  source: string;
  /** How many the snapshot has then. */
  nodes: number;
  written: boolean;
  changes: NodeChange[];
}

/** Of `kit import services`. */
export interface KitImportServicesResult {
  cluster: string;
  source: string;
  /** How many the snapshot has then. */
  services: number;
  clusterIP: number;
  headless: number;
  externalName: number;
  written: boolean;
  changes: { new: number; gone: number; changed: number };
}

export interface KitHostsResult {
  cluster: string;
  file: string;
  written: boolean;
  keys: { host: string; name: string; type: string; fingerprint: string; from: string }[];
  conflicts: { host: string; conflict?: string | undefined }[];
  /** Hosts that are left without a key. */
  without: string[];
}

export interface VersionResult {
  version: string;
  form: Form;
  node: string;
  platform: string;
  /** Fingerprint of the key that signs the release; null in a development build. */
  key: string | null;
  files?: OwnFiles;
}

export interface SchemasResult {
  schemas: { name: string; title: string }[];
}
