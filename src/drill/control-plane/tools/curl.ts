import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Tool, ToolAnswer } from '../../types.ts';
import { type LocalFailure, type LocalReply, localRequest } from './local-http.ts';

interface CurlCall {
  url?: string;
  method?: string;
  body?: string;
  fail: boolean;
  silent: boolean;
  showError: boolean;
  output?: string;
  write?: string;
  timeoutMs: number;
}

const WITH_VALUE: Record<string, string> = {
  '-m': 'time',
  '--max-time': 'time',
  '-X': 'method',
  '--request': 'method',
  '-o': 'output',
  '--output': 'output',
  '-w': 'write',
  '--write-out': 'write',
  '-d': 'body',
  '--data': 'body',
  '--data-binary': 'body',
  '--url': 'url',
};
const IGNORED_VALUE =
  /^(-H|--header|--connect-timeout|--cacert|--cert|--key|--retry|-E|-A|--user-agent|--resolve|--noproxy)$/;

export interface OwnServers {
  apiPort(): number;
  /** What its etcd member answers; undefined where there is no such path. */
  etcd(url: URL): { code: number; body: string } | undefined;
}

/** Simulated curl, which reads the host's own API server and etcd member. */
export function curlTool(server: OwnServers): Tool {
  return async (argv, stdin, { cwd }) => {
    const call = parse(argv, stdin);
    if (typeof call === 'string') return { code: 2, stdout: '', stderr: `curl: ${call}\n` };
    if (!call.url) return { code: 2, stdout: '', stderr: 'curl: no URL specified\n' };
    const startedAt = Date.now();
    return finish(call, await fetchUrl(call, call.url, server), Date.now() - startedAt, cwd);
  };
}

async function fetchUrl(
  call: CurlCall,
  text: string,
  server: OwnServers,
): Promise<LocalReply | LocalFailure> {
  const url = new URL(/^[a-z]+:\/\//.test(text) ? text : `http://${text}`);
  const own = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (own && url.port === '2381') {
    const answer = server.etcd(url) ?? { code: 404, body: '404 page not found\n' };
    return { ...answer, headers: {} };
  }
  return localRequest({
    port: own && url.port === '6443' ? server.apiPort() : 0,
    method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
    path: `${url.pathname}${url.search}`,
    ...(call.body !== undefined && { body: call.body }),
    masters: false,
    timeoutMs: call.timeoutMs,
  });
}

function finish(call: CurlCall, reply: LocalReply | LocalFailure, ms: number, cwd: string): ToolAnswer {
  const failure = failureOf(call, reply, ms);
  const body = typeof reply === 'string' || failure.code === 22 ? '' : reply.body;
  let stdout = body;
  if (call.output !== undefined) {
    if (call.output !== '/dev/null') writeFileSync(resolve(cwd, call.output), body);
    stdout = '';
  }
  const words: Record<string, string> = {
    http_code: typeof reply === 'string' ? '000' : String(reply.code),
    response_code: typeof reply === 'string' ? '000' : String(reply.code),
    time_total: (ms / 1000).toFixed(6),
    exitcode: String(failure.code),
  };
  const written = (call.write ?? '')
    .replace(/%\{(\w+)\}/g, (_, word: string) => words[word] ?? '')
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t');
  const quiet = call.silent && !call.showError;
  return { code: failure.code, stdout: stdout + written, stderr: quiet ? '' : failure.text };
}

function failureOf(
  call: CurlCall,
  reply: LocalReply | LocalFailure,
  ms: number,
): { code: number; text: string } {
  if (reply === 'refused') {
    return {
      code: 7,
      text: `curl: (7) Failed to connect to 127.0.0.1 after ${ms} ms: Couldn't connect to server\n`,
    };
  }
  if (reply === 'timeout')
    return {
      code: 28,
      text: `curl: (28) Operation timed out after ${ms} milliseconds with 0 bytes received\n`,
    };
  if (reply === 'reset') return { code: 56, text: 'curl: (56) Recv failure: Connection reset by peer\n' };
  if (call.fail && reply.code >= 400) {
    return { code: 22, text: `curl: (22) The requested URL returned error: ${reply.code}\n` };
  }
  return { code: 0, text: '' };
}

function parse(argv: string[], stdin: () => string): CurlCall | string {
  const call: CurlCall = { fail: false, silent: false, showError: false, timeoutMs: 300_000 };
  const words = argv.flatMap(unbundle);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const kind = WITH_VALUE[word];
    if (kind !== undefined || IGNORED_VALUE.test(word)) {
      const value = words[++i];
      if (value === undefined) return `option ${word}: requires parameter`;
      if (kind === 'time') call.timeoutMs = Number(value) * 1000;
      else if (kind === 'body') call.body = value === '@-' ? stdin() : value;
      else if (kind === 'method' || kind === 'output' || kind === 'write' || kind === 'url')
        call[kind] = value;
    } else if (word === '-f' || word === '--fail') call.fail = true;
    else if (word === '-s' || word === '--silent') call.silent = true;
    else if (word === '-S' || word === '--show-error') call.showError = true;
    else if (!word.startsWith('-')) call.url = word;
    else if (!/^(-k|--insecure|-g|--globoff|-L|-q|-4|-6|--http1\.1)$/.test(word))
      return `option ${word}: is unknown`;
  }
  return call;
}

/** `-sSk` means `-s -S -k`, and `-m5` means `-m 5`. */
function unbundle(word: string): string[] {
  if (!/^-[a-zA-Z]{2,}/.test(word) && !/^-[a-zA-Z]\d/.test(word)) return [word];
  const first = word.slice(0, 2);
  if (WITH_VALUE[first] || IGNORED_VALUE.test(first)) return [first, word.slice(2)];
  return [first, ...unbundle(`-${word.slice(2)}`)];
}
