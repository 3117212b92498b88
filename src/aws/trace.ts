import type { OnTrace } from '../base/trace.ts';
import { withoutEcho } from './echo.ts';

interface Response {
  headers?: Record<string, string | undefined>;
}

type Handler = (args: unknown) => Promise<{ output?: unknown; response?: unknown }>;

/** As much of the SDK's middleware stack as is used here: its own types differ from client to client. */
interface Stack {
  add(
    middleware: (next: Handler, context: { clientName?: string; commandName?: string }) => Handler,
    options: { step: 'deserialize'; priority: 'high'; name: string },
  ): void;
}

interface Answered {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $response?: Response;
}

/**
 * A plugin for a client of the SDK that tells of each attempt of each call. It stands within the SDK's own retries,
 * and around the reading of the answer, so that an error of the service is seen with its name.
 */
export function traceCalls(onTrace: OnTrace) {
  const addTo = (stack: Stack) =>
    stack.add(
      (next, { clientName = '', commandName = '' }) =>
        async (args) => {
          const began = performance.now();
          const tell = (answer: Answered | undefined, response?: Response, failure?: Answered) => {
            const { date } = response?.headers ?? {};
            onTrace({
              kind: 'call',
              service: clientName.replace(/Client$/, ''),
              operation: commandName.replace(/Command$/, ''),
              attempt: attemptOf(args),
              ms: performance.now() - began,
              ...(answer?.$metadata?.httpStatusCode && { status: answer.$metadata.httpStatusCode }),
              ...(answer?.$metadata?.requestId && { requestId: answer.$metadata.requestId }),
              ...(date !== undefined && { date }),
              ...(failure && {
                failure: {
                  code: failure.name ?? 'Error',
                  message: withoutEcho(failure.message ?? String(failure)),
                },
              }),
            });
          };
          try {
            const result = await next(args);
            tell(result.output as Answered, result.response as Response);
            return result;
          } catch (error) {
            tell(error as Answered, (error as Answered).$response, error as Answered);
            throw error;
          }
        },
      { step: 'deserialize', priority: 'high', name: 'fireaxeTrace' },
    );
  // The SDK's type of a stack is generic in each client's own inputs and outputs.
  return { applyToStack: (stack: { add: (...args: never) => void }) => addTo(stack as Stack) };
}

/** The SDK counts its attempts in a header. */
function attemptOf(args: unknown): number {
  const { request } = args as { request?: { headers?: Record<string, string> } };
  return Number(/attempt=(\d+)/.exec(request?.headers?.['amz-sdk-request'] ?? '')?.[1] ?? 1);
}
