import { addressNumber, parseAddresses } from '../nft/addresses.ts';
import type { Interval } from '../nft/interval.ts';
import type { Socket } from './sockets.ts';

export type Filter = (socket: Socket) => boolean;

/** An error that ss prints to stderr. */
export class FilterError extends Error {
  override name = 'FilterError';
}

/** Reads ss's expression: `( sport = :6443 ) and not dst 10.0.0.0/8`. Two conditions side by side mean both. */
export function parseFilter(text: string): Filter {
  const words = text
    .replace(/([()!])(?!=)/g, ' $1 ')
    .replace(/(!=|<=|>=|==)/g, ' $1 ')
    .replace(/([^!<>=])(=|<|>)(?!=)/g, '$1 $2 ')
    .split(/\s+/)
    .filter(Boolean);
  let at = 0;
  const peek = () => words[at];
  const take = (...choices: string[]) => (choices.includes(peek() ?? '') ? words[at++] : undefined);

  function either(): Filter {
    let left = both();
    while (take('or', '|', '||')) {
      const [a, b] = [left, both()];
      left = (socket) => a(socket) || b(socket);
    }
    return left;
  }

  function both(): Filter {
    let left = one();
    while (take('and', '&', '&&') || (peek() !== undefined && !/^(or|\|\|?|\))$/.test(peek()!))) {
      const [a, b] = [left, one()];
      left = (socket) => a(socket) && b(socket);
    }
    return left;
  }

  function one(): Filter {
    if (take('not', '!')) {
      const inner = one();
      return (socket) => !inner(socket);
    }
    if (take('(')) {
      const inner = either();
      if (!take(')')) throw new FilterError('ss: bison bellows (while parsing filter): "syntax error!"');
      return inner;
    }
    const subject = words[at++];
    if (subject === 'sport' || subject === 'dport') return port(subject);
    if (subject === 'src' || subject === 'dst') return host(subject);
    throw prefixExpected(subject ?? '');
  }

  function operator(): string {
    const word = take(
      '=',
      '==',
      'eq',
      '!=',
      'ne',
      'neq',
      '<',
      'lt',
      '>',
      'gt',
      '<=',
      'le',
      '>=',
      'ge',
      'geq',
      'leq',
    );
    return word ?? '=';
  }

  function port(subject: 'sport' | 'dport'): Filter {
    const compare = COMPARE[operator()]!;
    const word = words[at++] ?? '';
    const name = word.replace(/^:/, '');
    const wanted = NAMED_PORTS[name] ?? (/^\d+$/.test(name) ? Number(name) : undefined);
    if (wanted === undefined)
      throw new FilterError(`Error: "${name}" does not look like a port.\n${CANNOT_PARSE}`);
    return (socket) => compare(subject === 'sport' ? socket.localPort : socket.peerPort, wanted);
  }

  function host(subject: 'src' | 'dst'): Filter {
    const negated = ['!=', 'ne', 'neq'].includes(operator());
    const word = words[at++] ?? '';
    const { range, family, portNumber } = hostCondition(word);
    return (socket) => {
      const address = subject === 'src' ? socket.localAddress : socket.peerAddress;
      const socketPort = subject === 'src' ? socket.localPort : socket.peerPort;
      const value = range && addressNumber(address, family);
      const inside = !range || (value !== undefined && range.lo <= value && value <= range.hi);
      return (inside && (portNumber === undefined || socketPort === portNumber)) !== negated;
    };
  }

  if (words.length === 0) return () => true;
  const filter = either();
  if (at < words.length) throw new FilterError('ss: bison bellows (while parsing filter): "syntax error!"');
  return filter;
}

const CANNOT_PARSE = 'Cannot parse dst/src address.';
const NAMED_PORTS: Record<string, number> = { ssh: 22, domain: 53, http: 80, https: 443 };

const equal = (a: number, b: number) => a === b;
const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  '=': equal,
  '==': equal,
  eq: equal,
  '!=': (a, b) => a !== b,
  ne: (a, b) => a !== b,
  neq: (a, b) => a !== b,
  // ss's own `lt` and `gt` mean at most and at least.
  '<': (a, b) => a <= b,
  lt: (a, b) => a <= b,
  '<=': (a, b) => a <= b,
  le: (a, b) => a <= b,
  leq: (a, b) => a <= b,
  '>': (a, b) => a >= b,
  gt: (a, b) => a >= b,
  '>=': (a, b) => a >= b,
  ge: (a, b) => a >= b,
  geq: (a, b) => a >= b,
};

/** `10.0.0.0/8`, `10.0.0.1:6443`, `[fd00::1]:443`, `:22`, `*`. */
function hostCondition(word: string): { range?: Interval; family: 'ipv4' | 'ipv6'; portNumber?: number } {
  const match =
    /^(?:inet6?:)?(?:\[([^\]]*)\]|([^:[\]]*)|([0-9a-fA-F:]+(?:\/\d+)?))(?::(\d+|\*))?(?<prefix>\/\d+)?$/.exec(
      word,
    );
  if (!match) throw prefixExpected(word);
  const address = (match[1] ?? match[2] ?? match[3] ?? '') + (match.groups?.prefix ?? '');
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const portNumber = match[4] === undefined || match[4] === '*' ? {} : { portNumber: Number(match[4]) };
  if (address === '' || address === '*') return { family, ...portNumber };
  const range = parseAddresses(address, family);
  if (!range) throw prefixExpected(address);
  return { range, family, ...portNumber };
}

function prefixExpected(word: string): FilterError {
  return new FilterError(`Error: an inet prefix is expected rather than "${word}".\n${CANNOT_PARSE}`);
}
