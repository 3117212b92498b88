import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LabNetwork, LabNode, Tool, ToolAnswer } from '../../types.ts';
import { type Filter, FilterError, parseFilter } from './filter.ts';
import { type Socket, socketsOf } from './sockets.ts';

interface Flags {
  header: boolean;
  kill: boolean;
  processes: boolean;
  /** A second line for each socket. */
  info: boolean;
  /** Only listening sockets, of which a lab node shows none. */
  listening: boolean;
  family?: 4 | 6;
  /** Undefined: no state was named, so a column says it. */
  states?: string[];
  filter: Filter;
}

const STATES = [
  ...['established', 'syn-sent', 'syn-recv', 'fin-wait-1', 'fin-wait-2', 'time-wait', 'closed', 'close-wait'],
  ...['last-ack', 'listening', 'closing', 'all', 'connected', 'synchronized', 'bucket', 'big'],
];
/** Names of several states. */
const SEVERAL = ['all', 'connected', 'synchronized', 'bucket', 'big'];
const WITH_ESTABLISHED = ['established', 'all', 'connected', 'synchronized', 'big'];

/** Simulated ss, which lists and closes what the lab's network tracks: TCP, as the lab has nothing else. */
export function createSs(node: LabNode, network: LabNetwork): Tool {
  return (argv) => {
    try {
      const flags = readFlags(argv);
      const sockets = flags.listening
        ? []
        : socketsOf(node, network).filter((socket) => wanted(socket, flags));
      const answer = print(sockets, flags, node);
      if (flags.kill) for (const socket of sockets) socket.close();
      return { code: 0, stdout: answer, stderr: '' };
    } catch (error) {
      if (error instanceof SsError) return error.answer;
      if (error instanceof FilterError) return { code: 1, stdout: '', stderr: `${error.message}\n` };
      throw error;
    }
  };
}

class SsError extends Error {
  readonly answer: ToolAnswer;
  constructor(stderr: string) {
    super(stderr);
    this.answer = { code: 255, stdout: '', stderr: `${stderr}\n` };
  }
}

const LONG: Record<string, string> = {
  '--no-header': 'H',
  '--tcp': 't',
  '--numeric': 'n',
  '--processes': 'p',
  '--kill': 'K',
  '--all': 'a',
  '--listening': 'l',
  '--oneline': 'O',
  '--info': 'i',
  '--ipv4': '4',
  '--ipv6': '6',
};

function readFlags(argv: string[]): Flags {
  const flags: Flags = {
    header: true,
    kill: false,
    processes: false,
    info: false,
    listening: false,
    filter: () => true,
  };
  const words: string[] = [];
  for (const word of argv) {
    if (words.length === 0 && word.startsWith('--')) {
      if (!LONG[word]) throw new SsError(`ss: unrecognized option '${word}'`);
      setLetter(flags, LONG[word]);
    } else if (words.length === 0 && /^-./.test(word))
      for (const letter of word.slice(1)) setLetter(flags, letter);
    else words.push(...word.split(/\s+/).filter(Boolean));
  }
  let at = 0;
  while (words[at] === 'state' || words[at] === 'exclude') {
    const state = words[at + 1] === 'listen' ? 'listening' : (words[at + 1] ?? '');
    if (!STATES.includes(state)) throw new SsError(`ss: wrong state name: ${state}`);
    const base = flags.states ?? (words[at] === 'exclude' ? ['established'] : []);
    flags.states = words[at] === 'state' ? [...base, state] : base.filter((one) => one !== state);
    at += 2;
  }
  flags.filter = parseFilter(words.slice(at).join(' '));
  return flags;
}

function setLetter(flags: Flags, letter: string): void {
  if (letter === 'H') flags.header = false;
  else if (letter === 'K') flags.kill = true;
  else if (letter === 'p') flags.processes = true;
  else if (letter === 'i') flags.info = true;
  else if (letter === 'l') flags.listening = true;
  else if (letter === '4') flags.family = 4;
  else if (letter === '6') flags.family = 6;
  else if (!/^[tnaoeOr]$/.test(letter)) throw new SsError(`ss: invalid option -- '${letter}'`);
}

function wanted(socket: Socket, flags: Flags): boolean {
  const six = `${socket.localAddress}${socket.peerAddress}`.includes(':');
  if (flags.family && six !== (flags.family === 6)) return false;
  if (flags.states && !flags.states.some((state) => WITH_ESTABLISHED.includes(state))) return false;
  return flags.filter(socket);
}

function print(sockets: Socket[], flags: Flags, node: LabNode): string {
  // The one state that was asked for needs no column.
  const withState = flags.states?.length !== 1 || SEVERAL.includes(flags.states[0]!);
  const rows = sockets.map((socket) => [
    ...(withState ? ['ESTAB'] : []),
    '0',
    '0',
    end(socket.localAddress, socket.localPort),
    end(socket.peerAddress, socket.peerPort),
    ...(flags.processes && socket.pid !== undefined ? [users(node, socket.pid)] : []),
  ]);
  const header = [
    ...(withState ? ['State'] : []),
    'Recv-Q',
    'Send-Q',
    'Local Address:Port',
    'Peer Address:Port',
  ];
  const all = flags.header ? [[...header, 'Process'], ...rows] : rows;
  const info = sockets.map(
    ({ sent, received }) => `\t cubic bytes_sent:${sent} bytes_acked:${sent} bytes_received:${received}\n`,
  );
  const widths = header.map((_, column) => Math.max(6, ...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map(
    (row) =>
      `${row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join(' ')
        .trimEnd()}\n`,
  );
  const first = all.length - rows.length;
  return lines.map((line, i) => (flags.info && i >= first ? `${line}${info[i - first]}` : line)).join('');
}

function end(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function users(node: LabNode, pid: number): string {
  return `users:(("${commOf(node, pid)}",pid=${pid},fd=3))`;
}

function commOf(node: LabNode, pid: number): string {
  try {
    return readFileSync(join(node.root, 'proc', String(pid), 'comm'), 'utf8').trimEnd();
  } catch {
    return '?';
  }
}
