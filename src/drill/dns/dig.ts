import type { Tool } from '../types.ts';
import { addressOf } from './names.ts';

/** The code of an answer; undefined where no server answers. */
export type DnsCode = 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL';

/** Simulated dig: one question, `@SERVER NAME TYPE`, which a server of the lab answers. */
export function digTool(ask: (server: string, name: string) => DnsCode | undefined): Tool {
  return (argv) => {
    const server = argv.find((word) => word.startsWith('@'))?.slice(1) ?? '';
    const [name, type = 'A'] = argv.filter((word) => /^[A-Za-z0-9]/.test(word));
    if (name === undefined) return { code: 1, stdout: '', stderr: 'dig: no name is asked for\n' };
    const code = ask(server, name.replace(/\.$/, '').toLowerCase());
    if (code === undefined) {
      const text = `;; communications error to ${server}#53: timed out\n;; no servers could be reached\n`;
      return { code: 9, stdout: text, stderr: '' };
    }
    const address = code === 'NOERROR' && type === 'A' ? addressOf(name) : undefined;
    const lines = [
      `; <<>> DiG (simulated) <<>> ${name} ${type}`,
      ';; Got answer:',
      `;; ->>HEADER<<- opcode: QUERY, status: ${code}, id: 1`,
      ...(address === undefined ? [] : [';; ANSWER SECTION:', `${name}.\t5\tIN\tA\t${address}`]),
      `;; SERVER: ${server}#53(${server}) (UDP)`,
    ];
    return { code: 0, stdout: `${lines.join('\n')}\n`, stderr: '' };
  };
}
