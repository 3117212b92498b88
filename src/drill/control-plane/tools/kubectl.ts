import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Tool, ToolAnswer } from '../../types.ts';
import { type LocalFailure, type LocalReply, localRequest } from './local-http.ts';

interface KubectlCall {
  words: string[];
  kubeconfig: string;
  raw?: string;
  file?: string;
  timeoutMs: number;
}

const METHODS: Record<string, string> = { get: 'GET', delete: 'DELETE', create: 'POST', replace: 'PUT' };

/** Simulated kubectl: `get|delete|create|replace --raw` against the API server of its own host. */
export function kubectlTool(server: { root: string; apiPort(): number }): Tool {
  return async (argv, stdin, { cwd }) => {
    const call = parse(argv);
    if (typeof call === 'string') return failed(call);
    const config = fileOf(server.root, call.kubeconfig, cwd);
    if (!config) return failed(`error: stat ${call.kubeconfig}: no such file or directory`);
    const method = METHODS[call.words[0] ?? ''];
    if (!method) return failed(`error: unknown command "${call.words[0] ?? ''}" for "kubectl"`);
    if (call.raw === undefined) return failed('error: only --raw requests are answered in a drill');
    const body = bodyOf(call, server.root, cwd, stdin);
    if (body instanceof Error) return failed(`error: ${body.message}`);
    const reply = await localRequest({
      port: server.apiPort(),
      method,
      path: call.raw,
      ...(body !== undefined && { body }),
      // admin.conf is an ordinary admin since kubeadm 1.29; super-admin.conf is exempt from fairness.
      masters: config.endsWith('super-admin.conf'),
      timeoutMs: call.timeoutMs,
    });
    return answer(reply, call.raw);
  };
}

function answer(reply: LocalReply | LocalFailure, path: string): ToolAnswer {
  if (reply === 'refused') {
    return failed(
      'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?',
    );
  }
  if (reply === 'timeout') {
    return failed(
      `Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)`,
    );
  }
  if (reply === 'reset') return failed(`Get "https://127.0.0.1:6443${path}": read: connection reset by peer`);
  if (reply.code < 400) return { code: 0, stdout: reply.body, stderr: '' };
  const { reason, message } = statusOf(reply.body);
  return failed(`Error from server (${reason}): ${message}`);
}

function statusOf(body: string): { reason: string; message: string } {
  try {
    const { reason, message } = JSON.parse(body) as { reason?: string; message?: string };
    return { reason: reason ?? 'Unknown', message: message ?? body };
  } catch {
    return { reason: 'InternalError', message: body.trim() };
  }
}

function failed(text: string): ToolAnswer {
  return { code: 1, stdout: '', stderr: `${text}\n` };
}

function parse(argv: string[]): KubectlCall | string {
  const call: KubectlCall = { words: [], kubeconfig: '/etc/kubernetes/admin.conf', timeoutMs: 300_000 };
  for (let i = 0; i < argv.length; i++) {
    const [, flag, glued] = /^(--?[a-z-]+)(?:=(.*))?$/s.exec(argv[i]!) ?? [];
    if (flag === undefined) {
      call.words.push(argv[i]!);
      continue;
    }
    if (/^--(insecure-skip-tls-verify|ignore-not-found|wait)$/.test(flag)) continue;
    const value = glued ?? argv[++i];
    if (value === undefined) return `error: flag needs an argument: ${flag}`;
    if (flag === '--kubeconfig') call.kubeconfig = value;
    else if (flag === '--raw') call.raw = value;
    else if (flag === '-f' || flag === '--filename') call.file = value;
    else if (flag === '--request-timeout') call.timeoutMs = durationOf(value);
    else if (!/^(-s|--server|--tls-server-name|-v|--certificate-authority)$/.test(flag))
      return `error: unknown flag: ${flag}`;
  }
  return call;
}

/** Go's `20s`, `1m`, or bare seconds; 0 waits for ever. */
function durationOf(text: string): number {
  const [, n = '0', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  const ms = Number(n) * { ms: 1, s: 1000, m: 60_000 }[unit as 'ms' | 's' | 'm'];
  return ms === 0 ? 300_000 : ms;
}

function bodyOf(
  call: KubectlCall,
  root: string,
  cwd: string,
  stdin: () => string,
): string | undefined | Error {
  if (call.file === undefined) return undefined;
  if (call.file === '-') return stdin();
  const path = fileOf(root, call.file, cwd);
  return path ? readFileSync(path, 'utf8') : new Error(`the path "${call.file}" does not exist`);
}

/** Scripts name files of the lab's machine either under its root already, or as they are on a real one. */
function fileOf(root: string, path: string, cwd: string): string | undefined {
  return [resolve(cwd, path), join(root, path)].find(
    (candidate) => existsSync(candidate) && candidate.startsWith(root),
  );
}
