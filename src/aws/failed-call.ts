interface Named {
  clientName?: string;
  commandName?: string;
}

/** A failed call of the SDK by its name, which the service's error often does not have. */
interface FailedCall extends Error {
  call?: Named;
}

/** IAM's prefixes, where they are not the client's name. */
const PREFIXES: Record<string, string> = { elasticloadbalancingv2: 'elasticloadbalancing' };

type Handler = (args: unknown) => Promise<{ output?: unknown }>;

interface Stack {
  add(
    middleware: (next: Handler, context: Named) => Handler,
    options: { step: 'initialize'; priority: 'high'; name: string },
  ): void;
}

/** A plugin that writes onto each error which call failed. */
export const nameFailedCalls = {
  applyToStack: (stack: { add: (...args: never) => void }) =>
    (stack as Stack).add(
      (next, { clientName = '', commandName = '' }) =>
        (args) =>
          next(args).catch((error: unknown) => {
            if (error instanceof Error) (error as FailedCall).call ??= { clientName, commandName };
            throw error;
          }),
      { step: 'initialize', priority: 'high', name: 'fireaxeFailedCall' },
    ),
};

/** What IAM calls the call that failed; undefined where that is not known. */
export function permissionOf(error: unknown): string | undefined {
  const { clientName = '', commandName = '' } = (error as FailedCall).call ?? {};
  if (!clientName || !commandName) return undefined;
  const service = clientName.replace(/Client$/, '').toLowerCase();
  return `${PREFIXES[service] ?? service}:${commandName.replace(/Command$/, '')}`;
}
