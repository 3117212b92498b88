import { kubectlParameters } from '../../actions/kubectl/params.ts';
import { usage } from '../../base/errors.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import type { Flags } from '../context.ts';
import { value } from '../option.ts';
import { changeOptions, paceOptions, targetOptions } from '../options.ts';
import { textOf } from '../text-input.ts';
import { type CliIo, defineVerb } from '../types.ts';

const REQUESTS = ['get', 'delete', 'apply', 'patch'] as const;
type Request = (typeof REQUESTS)[number];

/** The options of this verb that only one of the requests takes. */
const OF_ONE: Record<string, Request> = {
  filename: 'apply',
  forceConflicts: 'apply',
  patch: 'patch',
  patchFile: 'patch',
  type: 'patch',
  pods: 'delete',
};

export default defineVerb({
  name: 'kubectl',
  summary:
    'Read, delete, apply or patch an object from a control-plane node, again and again until its API server answers',
  examples: [
    'fireaxe kubectl get -c prod-1 monitoring/daemonset/agent',
    'fireaxe kubectl delete -c prod-1 monitoring/daemonset/agent --pods monitoring/app=agent --reason INC-42',
    'fireaxe kubectl apply -c prod-1 -f flow-schema.yaml --reason INC-42 --dry-run',
    'fireaxe kubectl patch -c prod-1 monitoring/deployment/agent -p \'{"spec":{"replicas":0}}\' --reason INC-42',
    'fireaxe kubectl delete -c prod-1 clusterrolebinding/agent --reason INC-42',
    'fireaxe undo last        # as before, field by field',
  ],
  danger: 'severe',
  argument: [
    '<request...>',
    'get, delete or patch and NAMESPACE/daemonset/NAME, clusterrole/NAME or a raw path; or apply',
  ],
  words: ['get', 'delete', 'patch', 'apply'],
  options: {
    filename: value('-f, --filename <file>', 'the manifest to apply, JSON or YAML; - is stdin'),
    patch: value('-p, --patch <text>', 'the patch, JSON or YAML'),
    patchFile: value('--patch-file <file>', 'a file with the patch; - is stdin'),
    ...parameterFlags(kubectlParameters),
    ...targetOptions,
    ...paceOptions,
    ...changeOptions,
  },
  async run([word = '', object, ...more], flags, io) {
    const request = requestOf(word, object, more);
    for (const [name, of] of Object.entries(OF_ONE)) {
      if (flags[name as keyof typeof flags] === undefined || of === request) continue;
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
      throw usage(`${flag} is for kubectl ${of}`, { place: flag, next: `leave out ${flag}` });
    }
    return runAction(flags, io, {
      action: 'kubectl',
      params: { ...givenParameters(kubectlParameters, flags), ...(await bodyOf(request, object, flags, io)) },
      anywhere: 'role=control-plane',
      anyOf: true,
      ...(request === 'get' && { reads: true }),
    });
  },
});

function requestOf(word: string, object: string | undefined, more: string[]): Request {
  const request = REQUESTS.find((known) => known === word);
  if (!request) {
    throw usage(`unknown request ${JSON.stringify(word)}`, {
      place: 'request',
      expected: REQUESTS.join(', '),
    });
  }
  const wanted = request === 'apply' ? 0 : 1;
  if (more.length === 0 && (object === undefined ? 0 : 1) === wanted) return request;
  const expected = wanted === 0 ? 'apply -f FILE' : `${request} NAMESPACE/daemonset/NAME`;
  throw usage(`kubectl ${request} takes ${wanted === 0 ? 'no object' : 'one object'}`, {
    place: 'request',
    expected: `fireaxe kubectl ${expected}`,
  });
}

async function bodyOf(
  request: Request,
  object: string | undefined,
  flags: Flags & {
    filename?: string | undefined;
    patch?: string | undefined;
    patchFile?: string | undefined;
  },
  io: CliIo,
): Promise<Record<string, unknown>> {
  const { filename, patch, patchFile } = flags;
  if (request === 'apply') {
    if (filename === undefined)
      throw usage('missing the manifest', { place: '--filename', next: 'add -f FILE' });
    return { apply: await textOf(filename, 'manifest', io) };
  }
  if (request !== 'patch') return { [request]: object };
  if ((patch === undefined) === (patchFile === undefined)) {
    throw usage(patch === undefined ? 'missing the patch' : 'give --patch or --patch-file, not both', {
      place: '--patch',
      next: 'add -p \'{"spec":{"replicas":0}}\', or --patch-file FILE',
    });
  }
  return { patch: object, body: patch ?? (await textOf(patchFile!, 'patch', io)) };
}
