import { quote } from '../../base/quote.ts';
import { realTool } from './real-tools.ts';

/**
 * The sh text that stands for a tool in a node's PATH. It puts its arguments in a file, says so in the desk's FIFO,
 * waits for one line on a FIFO of its own, and becomes what the answer says. Without its lab it fails at once:
 * every FIFO is opened for reading and writing, so no open blocks.
 */
export function stubText(options: { tool: string; node: string; desk: string; lab: number }): string {
  const { tool, node, desk, lab } = options;
  return `#!/bin/sh
q=${quote(desk)}/$$
kill -0 ${lab} 2>/dev/null || { echo ${quote(`${tool}: the lab is gone`)} >&2; exit 125; }
s=
for a do case $a in -|*@-|-f-|/dev/stdin) s=1 ;; esac; done
[ -z "$s" ] || ${realTool('cat')} >"$q.in"
printf '%s\\0' "$PWD" "$@" >"$q.args"
${realTool('mkfifo')} "$q.wake" || exit 125
exec 7<>"$q.wake"
echo ${quote(`${node} ${tool}`)} $$ 1<>${quote(`${desk}/requests`)}
IFS= read -r a <&7
. "$q.reply"
exit 125
`;
}

/** A tool's answer as the sh text that the stub sources. */
export function replyText(answer: { code: number; stdout: string; stderr: string }): string {
  const say = (text: string, where: string) =>
    text === '' ? '' : `printf %s ${quote(text.replaceAll('\0', ''))}${where}\n`;
  return `${say(answer.stdout, '')}${say(answer.stderr, ' >&2')}exit ${answer.code}\n`;
}
