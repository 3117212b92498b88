/** What one reading says of a condition. `unseen`: what is missing could not be reached, so nothing can be said of it. */
export type Verdict = 'met' | 'unmet' | 'unseen';
