import { readFile } from 'node:fs/promises';
import { sha256 } from '../base/canonical.ts';
import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { systemWords } from '../base/system-error.ts';
import type { Kit } from '../kit/types.ts';
import { parseYaml, schemaError, type YamlSource } from '../kit/yaml-file.ts';
import { knownPlaybookKeys, playbookSchema, type StepText, stepSchemas } from './grammar.ts';
import { checkReferences } from './references.ts';
import { SHIPPED } from './shipped.ts';
import type { Playbook } from './types.ts';

/** Finds a playbook by name (the kit's before the shipped ones) or by path, and reads it. */
export async function loadPlaybook(nameOrPath: string, kit: Pick<Kit, 'playbooks'>): Promise<Playbook> {
  const { text, file } = await playbookText(nameOrPath, kit);
  return parsePlaybook(text, file);
}

/** Its text as it is written, and the file that errors name. */
export async function playbookText(
  nameOrPath: string,
  kit: Pick<Kit, 'playbooks'>,
): Promise<{ text: string; file: string }> {
  if (/[/.]/.test(nameOrPath)) return { text: await read(nameOrPath), file: nameOrPath };
  const own = kit.playbooks[nameOrPath];
  if (own) return { text: await read(own), file: own };
  const shipped = SHIPPED[nameOrPath];
  if (shipped !== undefined) return { text: shipped, file: `${nameOrPath}.yaml` };
  const known = [...new Set([...Object.keys(kit.playbooks), ...Object.keys(SHIPPED)])].sort();
  const meant = nearest(nameOrPath, known);
  throw usage(`no playbook ${nameOrPath}`, {
    place: 'PLAYBOOK',
    expected: `${meant ? `perhaps ${meant}; ` : ''}one of ${known.join(', ')}, or a path to a YAML file`,
  });
}

/** Reads a playbook's text. Every mistake is a usage error with `file:line:column`. */
export async function parsePlaybook(text: string, file: string): Promise<Playbook> {
  const source = await parseYaml(text, file);
  const parsed = playbookSchema.safeParse(source.value);
  if (!parsed.success) throw schemaError(parsed.error.issues, source, knownPlaybookKeys);
  const workstreams = parsed.data.workstreams.map((w, i) => ({
    ...w,
    title: w.title ?? w.name,
    steps: w.steps.map((step, j) => parseStep(step, source, ['workstreams', i, 'steps', j])),
  }));
  const playbook: Playbook = { ...parsed.data, workstreams, sha256: sha256(text), place: source.place };
  checkReferences(playbook);
  return playbook;
}

/** A step has the kind of its one distinguishing key; its errors are then those of that kind. */
function parseStep(step: unknown, source: YamlSource, path: PropertyKey[]): StepText {
  const keys = step !== null && typeof step === 'object' ? Object.keys(step) : [];
  const kind = keys.includes('action') ? 'action' : (['gate', 'undo'] as const).find((k) => keys.includes(k));
  if (!kind) {
    throw usage('a step is one of action, gate and undo', {
      place: source.place(path),
      expected: 'for example: - { id: hold, action: stop }',
    });
  }
  const parsed = stepSchemas[kind].safeParse(step);
  if (parsed.success) return { kind, ...parsed.data } as StepText;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  throw schemaError(issues, source, knownPlaybookKeys);
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause) => {
    throw usage(`cannot read the playbook: ${systemWords(cause)}`, {
      place: path,
      cause,
      expected: 'a saved plan, a playbook of the kit or of Fireaxe, or a path to a YAML file',
      next: 'fireaxe plan PLAYBOOK --save FILE, then: fireaxe run FILE',
    });
  });
}
