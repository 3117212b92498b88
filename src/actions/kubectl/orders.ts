import { type Difference, fieldName, isMembers } from './differences.ts';
import { changing, changingBack, type PatchOp, patchText, testing, testingAfter } from './json-patch.ts';
import type { Request, Seen } from './seen.ts';

/** The field manager of all changes. */
const MANAGER = 'fireaxe';

/** More names do not fit into a result line. */
const MOST_FIELDS = 12;

/** Two lines: `WORD HOW PATH`, and the body. */
type Order = [line: string, body: string];

/** A dry run of each request, for `check` and `fetch`. */
export function dryRuns(requests: Request[], force: boolean): string {
  return text(requests.map((one) => [`dry ${one.type} ${asked(one, force)}&dryRun=All`, bodyOf(one)]));
}

/**
 * The change itself. An apply goes as it is: repeating it does no harm. A patch goes as the fields that it changes, each
 * on condition that it still has the value that was saved.
 */
export function writes(requests: Request[], seen: Seen[], force: boolean): string {
  return text(
    requests.flatMap((one, i): Order[] => {
      const { before, changes } = seen[i]!;
      if (before && changes.length === 0) return [[`same - ${one.path}`, '']];
      if (one.type === 'apply') return [[`write apply ${asked(one, force)}`, bodyOf(one)]];
      return [
        [`write json ${one.path}?fieldManager=${MANAGER}`, patchText(changing(changes))],
        [`written ${tested(one)}`, patchText(testingAfter(changes))],
      ];
    }),
  );
}

/** Whether each object still has what the change gave it. */
export function holds(requests: Request[], seen: Seen[]): string {
  return text(
    requests.flatMap((one, i): Order[] => {
      const made = madeOf(one, seen[i]!);
      return made.length === 0
        ? []
        : [[`holds ${tested(one)}`, patchText(testingAfter(made))], ...fields(one, made)];
    }),
  );
}

/** The last first. What somebody else changed since is left as it is, and named field by field. */
export function undoes(requests: Request[], seen: Seen[]): string {
  return text(
    requests
      .flatMap((one, i): Order[][] => {
        const { before, changes } = seen[i]!;
        const made = madeOf(one, seen[i]!);
        if (!before) {
          const own: Order = [`ours ${tested(one)}`, patchText(testingAfter(made))];
          return [[own, ...fields(one, made), [`remove delete ${one.path}`, '{}']]];
        }
        if (changes.length === 0) return [];
        const back: Order = [
          `back json ${one.path}?fieldManager=${MANAGER}`,
          patchText(changingBack(changes)),
        ];
        return [[back, [`was ${tested(one)}`, patchText(testing(changes))], ...fields(one, made)]];
      })
      .reverse()
      .flat(),
  );
}

/** Fields that the change made: of a created object those of the manifest, as the server defaults and allots others. */
function madeOf({ body }: Request, { before, after, changes }: Seen): Difference[] {
  return before ? changes : ordered(body, after, []).filter(({ path }) => !IN_PATH.test(fieldName(path)));
}

/** Part of where an object is, and not of what it says. */
const IN_PATH = /^\.(apiVersion|kind|metadata\.(name|namespace))$/;

function ordered(body: unknown, stored: unknown, path: string[]): Difference[] {
  if (stored === undefined || stored === null) return [];
  if (isMembers(body) && isMembers(stored)) {
    return Object.keys(body).flatMap((key) => ordered(body[key], stored[key], [...path, key]));
  }
  if (Array.isArray(body) && Array.isArray(stored) && body.length === stored.length) {
    return body.flatMap((item, i) => ordered(item, stored[i], [...path, String(i)]));
  }
  return [{ path, to: stored, items: [] }];
}

/** One by one, so that the node can name those that are not as they were left. */
function fields(one: Request, made: Difference[]): Order[] {
  return made.slice(0, MOST_FIELDS).map((field) => {
    const name = fieldName(field.path).replace(/\s/g, '_');
    return [`field ${name} ${one.path}?dryRun=All`, patchText(testingAfter([field]))];
  });
}

function asked({ path, type }: Request, force: boolean): string {
  const forced = type === 'apply' ? `&force=${force}` : '';
  return `${path}?fieldManager=${MANAGER}&fieldValidation=Strict${forced}`;
}

const tested = ({ path }: Request) => `json ${path}?dryRun=All`;

const bodyOf = ({ type, body }: Request) =>
  type === 'json' ? patchText(body as PatchOp[]) : JSON.stringify(body);

/** The last line tells the node that all of them have arrived. */
function text(orders: Order[]): string {
  return [...orders, ['end - -', ''] as Order].map(([line, body]) => `${line}\n${body}\n`).join('');
}
