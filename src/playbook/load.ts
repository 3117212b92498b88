import { isAbsolute, resolve } from 'node:path';
import { canonicalJson, sha256 } from '../base/canonical.ts';
import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { checkFile } from '../kit/permissions.ts';
import type { Kit } from '../kit/types.ts';
import { parseYaml, schemaError, type YamlSource } from '../kit/yaml-file.ts';
import { includedText, type PlaybookText, playbookText } from './find.ts';
import {
  type IncludeText,
  knownPlaybookKeys,
  playbookSchema,
  type StepText,
  stepSchemas,
} from './grammar.ts';
import { includedWorkstreams } from './include.ts';
import { parametersIn } from './interpolate.ts';
import { checkReferences, known } from './references.ts';
import type { Playbook, PlaybookWorkstream } from './types.ts';

type Playbooks = Pick<Kit, 'playbooks'>;
type Visited = Pick<PlaybookText, 'key' | 'file'>;

/** More than people write. Without a limit a few small files, each including the next one twice, would never end. */
const MOST_INCLUDES = 100;

/** Finds a playbook by name (the kit's before the shipped ones) or by path, and reads it. */
export async function loadPlaybook(nameOrPath: string, kit: Playbooks): Promise<Playbook> {
  const { text, file, key } = await playbookText(nameOrPath, kit);
  return parsePlaybook(text, file, kit, [{ key, file }]);
}

/** Reads a playbook's text and what it includes. Every mistake is a usage error with `file:line:column`. */
export async function parsePlaybook(
  text: string,
  file: string,
  kit: Playbooks = { playbooks: {} },
  /** This file, after those whose includes lead to it. */
  trail: readonly Visited[] = [{ key: file, file }],
): Promise<Playbook> {
  const source = await parseYaml(text, file);
  const parsed = playbookSchema.safeParse(source.value);
  if (!parsed.success) throw schemaError(parsed.error.issues, source, knownPlaybookKeys);
  const declared = Object.keys(parsed.data.parameters);
  const parts: Part[] = [];
  for (const [i, entry] of parsed.data.workstreams.entries()) {
    const path = ['workstreams', i];
    if ('include' in entry) {
      parts.push(await partOf(entry, declared, { source, path, kit, trail }));
    } else {
      const steps = entry.steps.map((step, j) => parseStep(step, source, [...path, 'steps', j]));
      const own = { ...entry, title: entry.title ?? entry.name, steps };
      parts.push({ workstreams: [own], place: (_, rest, of) => source.place([...path, ...rest], of) });
    }
    if (includesOf(parts).length > MOST_INCLUDES)
      throw usage('too many includes', {
        place: source.place(path),
        expected: `at most ${MOST_INCLUDES}, with those of included playbooks`,
      });
  }
  const origins = parts.flatMap((part) => part.workstreams.map((_, j) => ({ part, j })));
  const others = parts.flatMap(({ included }) => included?.sha256 ?? []);
  const playbook: Playbook = {
    ...parsed.data,
    workstreams: parts.flatMap((part) => part.workstreams),
    includes: includesOf(parts),
    sha256: others.length === 0 ? sha256(text) : sha256(canonicalJson([sha256(text), ...others])),
    place(path, of) {
      const origin = path[0] === 'workstreams' ? origins[Number(path[1])] : undefined;
      return origin ? origin.part.place(origin.j, path.slice(2), of) : source.place(path, of);
    },
  };
  checkReferences(playbook);
  return playbook;
}

/** The workstreams of one entry, and where a value of them stands. */
interface Part {
  workstreams: PlaybookWorkstream[];
  included?: Playbook;
  place(index: number, path: readonly PropertyKey[], of?: 'key' | 'value'): string;
}

const includesOf = (parts: Part[]): string[] =>
  parts.flatMap(({ included }) => (included ? [included.name, ...included.includes] : []));

async function partOf(
  entry: IncludeText,
  declared: string[],
  from: { source: YamlSource; path: PropertyKey[]; kit: Playbooks; trail: readonly Visited[] },
): Promise<Part> {
  const { source, path, kit, trail } = from;
  const at = (...keys: PropertyKey[]) => source.place([...path, ...keys]);
  for (const [key, value] of Object.entries({ with: entry.with, when: entry.when }))
    for (const name of parametersIn(value)) known(name, declared, 'parameter', at(key));
  const here = { file: source.file, place: at('include') };
  const { text, file, key } = await includedText(entry.include, kit, here);
  const owned = new Set(Object.values(kit.playbooks).map((own) => resolve(own)));
  // What a kit's playbook includes is trusted as the kit is.
  if (isAbsolute(key) && trail.some((visited) => owned.has(visited.key))) await checkFile(key);
  const first = trail.findIndex((visited) => visited.key === key);
  if (first >= 0) {
    const files = [...trail.slice(first).map((visited) => visited.file), file];
    throw usage(`playbooks include each other: ${files.join(' → ')}`, {
      place: here.place,
      expected: 'a playbook that does not lead back to this one',
    });
  }
  const included = await parsePlaybook(text, file, kit, [...trail, { key, file }]);
  return {
    included,
    workstreams: includedWorkstreams(entry, included, at),
    place(j, keys, of) {
      // Names and needs are right in its own file: what is wrong with them is the include.
      if (keys[0] === 'needs') return at('needs');
      if (keys[0] === 'name' || (keys[2] === 'id' && keys.length === 3)) return at('include');
      return included.place(['workstreams', j, ...keys], of);
    },
  };
}

/** A step has the kind of its one distinguishing key; its errors are then those of that kind. */
function parseStep(step: unknown, source: YamlSource, path: PropertyKey[]): StepText {
  const keys = step !== null && typeof step === 'object' ? Object.keys(step) : [];
  const kinds = Object.keys(stepSchemas) as (keyof typeof stepSchemas)[];
  const kind = kinds.find((k) => keys.includes(k));
  if (!kind) {
    const meant = keys.map((key) => nearest(key, kinds)).find((word) => word !== undefined);
    throw usage(`a step is one of ${kinds.slice(0, -1).join(', ')} and ${kinds.at(-1)}`, {
      place: source.place(path),
      expected: `${meant ? `perhaps ${meant}; ` : ''}for example: - { id: hold, action: stop }`,
    });
  }
  const parsed = stepSchemas[kind].safeParse(step);
  if (parsed.success) return { kind, ...parsed.data } as StepText;
  const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  const ownKeys = Object.keys(stepSchemas[kind].shape);
  throw schemaError(issues, source, (at) => (at.length === path.length ? ownKeys : knownPlaybookKeys(at)));
}
