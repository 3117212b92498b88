import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectories } from '../../base/directories.ts';
import { FireaxeError, usage } from '../../base/errors.ts';
import { together } from '../../base/together.ts';
import { writeWhole } from '../../base/whole-file.ts';
import { memberPlaces, parseJson } from '../import/json.ts';
import { type SourceText, sourceText } from '../import/source-text.ts';
import { readServices } from './schema.ts';
import type { ServicesSnapshot } from './types.ts';

const EXPECTED = 'a file as fireaxe kit import services writes it';

/** The path of a cluster's snapshot of services, beside that of its nodes. */
export const servicesFileOf = (kit: string, cluster: string): string =>
  join(kit, 'services', `${cluster}.json`);

/** Reads services/<cluster>.json; undefined where there is none. Only what needs it reads it, so a mistake costs nothing else. */
export function readServicesFile(file: string, cluster: string): ServicesSnapshot | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return undefined;
  // A pipe could be waited for without end.
  if (!found.isFile()) throw refused('not a file', file, cluster);
  try {
    const source = sourceText(readFileSync(file), file, EXPECTED);
    const read = readServices(jsonOf(source, cluster), cluster);
    if ('snapshot' in read) return read.snapshot;
    const placeOf = placesIn(source);
    const wrong = read.issues.map(({ path, message }) =>
      refused(path.length > 0 ? `${path.join('.')}: ${message}` : message, placeOf(path), cluster),
    );
    throw together(wrong, 'mistakes in the snapshot of services');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES') throw refused('the snapshot of services cannot be read', file, cluster);
    throw cause;
  }
}

function jsonOf(source: SourceText, cluster: string): unknown {
  try {
    return parseJson(source, EXPECTED);
  } catch (error) {
    if (!(error instanceof FireaxeError)) throw error;
    throw refused(error.message, error.place ?? source.file, cluster);
  }
}

/** Of a service its own line, else that of the key. */
function placesIn(source: SourceText) {
  const [keys, services] = [memberPlaces(source, []), memberPlaces(source, ['services'])];
  return ([key, index]: readonly PropertyKey[]): string => {
    if (key === 'services' && typeof index === 'number') return services(index);
    return key === undefined ? `${source.file}:1:1` : keys(String(key));
  };
}

const refused = (message: string, place: string, cluster: string): FireaxeError =>
  usage(message, {
    place,
    expected: EXPECTED,
    next: `to write it anew: fireaxe kit import services -c ${cluster} --context NAME --replace`,
  });

/** Writes a snapshot; the file is the old one or the new one, never half of it. */
export async function writeServicesFile(
  file: string,
  snapshot: ServicesSnapshot,
  check?: () => Promise<void>,
): Promise<void> {
  await makeDirectories(dirname(file));
  await writeWhole(file, `${JSON.stringify(snapshot, null, 1)}\n`, check);
}
