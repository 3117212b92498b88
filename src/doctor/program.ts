import { dirname, join } from 'node:path';
import { form, RELEASE_KEY } from '../base/form.ts';
import { checkOwnFiles, type OwnFiles, ownPlace } from '../base/own-files/check.ts';
import { VERSION } from '../base/version.ts';
import { loosePermissions } from '../kit/permissions.ts';
import type { Judged } from './types.ts';

/** Whether the files of Fireaxe itself are as released, and nobody else can change them. */
export async function checkProgram(): Promise<Judged> {
  const of = form();
  // From its sources it runs in the folder of those.
  const place = of === 'sources' ? dirname(import.meta.dirname) : ownPlace(of);
  // Of a working copy, which is not what is distributed.
  const skip = ['node_modules', '.git'].map((name) => join(place, name));
  const loose = await loosePermissions(place, { secrets: [], others: [], skip });
  if (loose)
    return {
      state: 'red',
      what: loose.error.message.replace(/^the kit's|^the kit/, "Fireaxe's own files:"),
      ...(loose.error.next !== undefined && { next: loose.error.next }),
    };
  return judged(await checkOwnFiles(place, of, RELEASE_KEY));
}

export function judged({ state, place, problems }: OwnFiles): Judged {
  if (state === 'changed')
    return {
      state: 'red',
      what: `Fireaxe's own files were changed: ${problems.join('; ')}`,
      next: 'install this release again: docs/install.md',
    };
  const how = state === 'intact' ? 'as it was signed' : 'a development build, not signed';
  return { state: 'green', what: `fireaxe ${VERSION} at ${place}: ${how}; nobody else can change it` };
}
