import { request as plainRequest } from 'node:http';
import { Agent, type RequestOptions, request as tlsRequest } from 'node:https';
import { unescape as decoded } from 'node:querystring';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';
import { FireaxeError } from '../base/errors.ts';
import type { Env } from './files.ts';

const CONNECT_MS = 5_000;

/**
 * An agent that goes through the proxy of HTTPS_PROXY, as AWS's own tools do; undefined where none is set for that host.
 * Only for https: what is asked of http (a lab on this machine) is reached directly.
 */
export function proxyAgent(endpoint: string | undefined, usual: string, env: Env): Agent | undefined {
  const proxy = proxyTo(endpoint, usual, env);
  return proxy && new TunnelAgent(proxy);
}

/** The proxy between this machine and that host; undefined where there is none. */
export function proxyTo(endpoint: string | undefined, usual: string, env: Env): URL | undefined {
  const text = env.HTTPS_PROXY || env.https_proxy;
  const host = endpoint && URL.canParse(endpoint) ? new URL(endpoint).hostname : usual;
  if (!text || isExempt(host, env.NO_PROXY || env.no_proxy || '')) return undefined;
  // AWS's own tools accept `proxy:3128`, too.
  const address = text.includes('://') ? text : `http://${text}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (!proxy || !/^https?:$/.test(proxy.protocol))
    throw new FireaxeError('usage', 'HTTPS_PROXY is not an http:// or https:// address', {
      place: 'HTTPS_PROXY',
    });
  return proxy;
}

/** `*`, a name with all below it, or exactly this address. */
function isExempt(host: string, list: string): boolean {
  return list.split(/[\s,]+/).some((entry) => {
    const name = entry
      .toLowerCase()
      .replace(/:\d+$/, '')
      .replace(/^\*?\./, '');
    return name === '*' || (name !== '' && (host === name || host.endsWith(`.${name}`)));
  });
}

class TunnelAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL) {
    super({ keepAlive: true, maxSockets: 50 });
    this.#proxy = proxy;
  }

  /** Asks for a tunnel, then speaks TLS with the service itself inside: the proxy sees a name and no request. */
  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    // With an error the stream is not used.
    const connected = callback as (error: Error | null, stream?: Duplex) => void;
    const { protocol, hostname, port, username, password } = this.#proxy;
    const to = `${options.host}:${options.port}`;
    const login = Buffer.from(`${decoded(username)}:${decoded(password)}`);
    const ask = (protocol === 'https:' ? tlsRequest : plainRequest)({
      method: 'CONNECT',
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port || (protocol === 'https:' ? 443 : 80),
      path: to,
      agent: false,
      timeout: CONNECT_MS,
      headers: {
        host: to,
        ...(username ? { 'proxy-authorization': `Basic ${login.toString('base64')}` } : {}),
      },
    });
    ask.once('timeout', () => ask.destroy(new Error('no answer')));
    ask.once('error', (error) => connected(notConnected(`the proxy ${hostname}: ${error.message}`)));
    ask.once('connect', (answer, socket) => {
      if (answer.statusCode === 200)
        return connected(null, connect({ ...(options as ConnectionOptions), socket }));
      socket.destroy();
      connected(notConnected(`the proxy ${hostname} refuses ${to}: ${answer.statusCode}`));
    });
    // Anything but a tunnel is an answer to the wrong question.
    ask.once('response', (answer) => {
      answer.destroy();
      connected(notConnected(`the proxy ${hostname} refuses ${to}: ${answer.statusCode}`));
    });
    ask.end();
    return undefined;
  }
}

/** As a network error: every caller then knows that the request was never sent. */
function notConnected(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNREFUSED', syscall: 'connect' });
}
