import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';

interface Step {
  id: string;
  undo?: string[];
}

interface PlaybookYaml {
  workstreams: { name: string; needs?: Record<string, string[]> | string[]; steps: Step[] }[];
}

/** Writes a shipped playbook without these workstreams and steps, and gives its path: a recovery with a hole in it. */
export async function playbookWithout(
  dir: string,
  name: string,
  holes: { workstreams?: string[]; steps?: string[] },
  of = 'control-plane-lockout',
): Promise<string> {
  const shipped = resolve(import.meta.dirname, `../../playbooks/${of}.yaml`);
  const playbook = parse(await readFile(shipped, 'utf8')) as PlaybookYaml;
  const gone = new Set(holes.workstreams);
  const goneSteps = new Set([
    ...(holes.steps ?? []),
    ...playbook.workstreams.filter((w) => gone.has(w.name)).flatMap((w) => w.steps.map((s) => s.id)),
  ]);
  const left = (names: string[]) => names.filter((one) => !gone.has(one));
  const workstreams = playbook.workstreams
    .filter((w) => !gone.has(w.name))
    .map((w) => ({
      ...w,
      ...(w.needs && {
        needs: Array.isArray(w.needs)
          ? left(w.needs)
          : Object.fromEntries(Object.entries(w.needs).map(([kind, names]) => [kind, left(names)])),
      }),
      steps: w.steps
        .filter((s) => !goneSteps.has(s.id))
        .map((s) => (s.undo ? { ...s, undo: s.undo.filter((id) => !goneSteps.has(id)) } : s))
        .filter((s) => !s.undo || s.undo.length > 0),
    }));
  const path = join(dir, `${name}.yaml`);
  await writeFile(path, stringify({ ...playbook, workstreams }));
  return path;
}
