/** A word that may stand at the cursor, and what it means. */
export interface Candidate {
  word: string;
  says?: string | undefined;
}

export interface Completion {
  candidates: Candidate[];
  /** The shell offers its files, too. */
  files?: boolean;
  /** The word is not complete: no space follows it. */
  open?: boolean;
}

/** What completion reads of the kit and the state; each is empty where it cannot be read. */
export interface Sources {
  clusters(): Promise<Candidate[]>;
  clusterLabels(): Promise<string[]>;
  nodes(): Promise<Candidate[]>;
  labels(): Promise<string[]>;
  runs(): Promise<Candidate[]>;
  playbooks(): Promise<Candidate[]>;
  parameters(playbook: string): Promise<Candidate[]>;
  /** The steps that ask somebody, of a playbook, a saved plan or a run. */
  questions(subject: string): Promise<Candidate[]>;
}
