import { hostname, uptime, userInfo } from 'node:os';
import type { TransportName } from '../fleet/transports.ts';
import { stateDir } from '../kit/state-dir.ts';
import type { RunEnv, RunEvent } from '../run/types.ts';
import { type ApiCalls, countCalls } from './api-calls.ts';
import type { CliContext } from './context.ts';

/** What a run needs from its process, and how to close it. Transports load when first used. */
export function runEnvironment(
  { kit, io, sudoPassword, passphrases, threads, readKnownHosts, onTrace: shown }: CliContext,
  onEvent: (event: RunEvent) => void,
  onOpen: RunEnv['onOpen'] = () => {},
): { env: RunEnv; apiCalls: ApiCalls; close(): Promise<void> } {
  const apiCalls: ApiCalls = {};
  const onTrace = countCalls(apiCalls, shown);
  let opened: ReturnType<typeof open> | undefined;
  const open = async () =>
    (await import('../transport/open.ts')).createTransports({
      kit,
      ...(sudoPassword !== undefined && { sudoPassword }),
      ...(passphrases && { passphrases }),
      ...(threads && { threads }),
      ...(readKnownHosts && { readKnownHosts }),
      onTrace,
    });
  return {
    env: {
      kit,
      stateDir: stateDir(kit, io.env),
      transport: async (name: TransportName) => {
        opened ??= open();
        return (await opened).get(name);
      },
      now: io.now,
      elapsed: () => performance.now(),
      uptime,
      sleep,
      stop: io.stop,
      stopWaiting: io.stopWaiting,
      hungUp: io.hungUp,
      onEvent,
      onTrace,
      onOpen,
      operator: operator(io.env),
    },
    apiCalls,
    close: async () => (await opened)?.close(),
  };
}

/** The operator: with sudo the calling user, not root. */
export function operator(env: Record<string, string | undefined>): string {
  return `${env.SUDO_USER || env.USER || accountName()}@${hostname()}`;
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** Resolves after `ms`, or at once when the signal is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
