import { request } from 'node:http';

export interface LocalReply {
  code: number;
  body: string;
  headers: Record<string, string | string[] | undefined>;
}

/** How a request from the machine itself failed, as programs word it. */
export type LocalFailure = 'refused' | 'timeout' | 'reset';

/** Sends one real request to the API server of the machine itself. */
export async function localRequest(options: {
  port: number;
  method: string;
  path: string;
  body?: string;
  masters: boolean;
  timeoutMs: number;
}): Promise<LocalReply | LocalFailure> {
  if (options.port === 0) return 'refused';
  return new Promise((resolve) => {
    const req = request(
      {
        host: '127.0.0.1',
        port: options.port,
        method: options.method,
        path: options.path,
        agent: false,
        headers: {
          ...(options.masters && { 'x-remote-group': 'system:masters' }),
          ...(options.body !== undefined && { 'content-type': 'application/json' }),
        },
      },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', () => settle('reset'));
        res.on('end', () =>
          settle({
            code: res.statusCode ?? 0,
            body: Buffer.concat(chunks).toString('utf8'),
            headers: res.headers,
          }),
        );
      },
    );
    const timer = setTimeout(() => {
      settle('timeout');
      req.destroy();
    }, options.timeoutMs);
    const settle = (value: LocalReply | LocalFailure) => {
      clearTimeout(timer);
      resolve(value);
    };
    req.on('error', (error: NodeJS.ErrnoException) =>
      settle(error.code === 'ECONNREFUSED' ? 'refused' : 'reset'),
    );
    req.end(options.body);
  });
}
