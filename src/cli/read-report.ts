import { type Found, type Incident, incidentOf } from '../report/incident.ts';
import { rolloutIncident } from '../report/rollout-incident.ts';
import { readJournal } from '../run/journal/read.ts';
import { journalPath } from '../run/journal/run-order.ts';
import { noPlan, readRun } from '../run/journal/store.ts';

/** Reads the journal of a run in any state, and of a rollout those of its clusters. Throws where it holds no plan. */
export async function readReport(directory: string, wanted: string): Promise<Incident> {
  const { changed, ...found } = await readRun(directory, wanted);
  const rollout = found.records[0]?.kind === 'rollout';
  const incident = rollout
    ? await rolloutIncident(found, (runId) => foundRun(directory, runId))
    : incidentOf(found);
  if (incident) return incident;
  throw changed ?? noPlan(found.runId, journalPath(directory, found.runId));
}

/** Undefined where there is none: it was cut off before its run began, or was removed since. */
async function foundRun(directory: string, runId: string): Promise<Found | undefined> {
  const read = await readJournal(journalPath(directory, runId)).catch(() => undefined);
  return read && { runId, ...read };
}
