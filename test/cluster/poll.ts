import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { CONTROL_PLANE, PORT, WORKERS } from './layout.ts';

const HEADER = '/root/poll.header';
export const EVERY_SECONDS = 5;
/** A call without an answer is given up, so that three at most are open on a node. */
const GIVE_UP_SECONDS = 15;

const REAL = [...CONTROL_PLANE, ...WORKERS];

/**
 * A client on every node, as an agent with a usual bug: every few seconds it reads its node twice and lists all nodes, whether or not
 * it was answered the last time: clients that wait ask a busy server less.
 */
export async function pollEverywhere(cluster: Cluster): Promise<void> {
  await endPolls(cluster);
  const manifest = readFileSync(join(import.meta.dirname, 'manifests/offender.yaml'), 'utf8');
  await cluster.apply(manifest.split(/^---$/m).slice(0, -1).join('---'));
  const token = await cluster.asked('create token telemetry-agent -n telemetry --duration 24h');
  const servers = CONTROL_PLANE.map((name) => `https://${cluster.at(name).spec.address}:${PORT}`);
  const loop = (node: string, i: number) => {
    const server = servers[i % servers.length];
    const own = `${server}/api/v1/nodes/${node}`;
    const urls = [own, own, `${server}/api/v1/nodes`].map((url) => `-o /dev/null ${url}`).join(' ');
    // By the clock, in a turn of its own, so that a slow start of a process does not make it ask less.
    const rest = `$(( ${EVERY_SECONDS} - ($(date +%s) + ${i}) % ${EVERY_SECONDS} ))`;
    return `while :; do curl -sk -m ${GIVE_UP_SECONDS} -H @${HEADER} ${urls} & sleep ${rest}; done`;
  };
  const host = cluster.host.spec.name;
  for (const at of [...REAL, host])
    await must(cluster, at, `umask 077; cat >${HEADER}`, `Authorization: Bearer ${token}\n`);
  const onHollow = cluster.facts.hollow.map(({ name }) => ({ at: host, name }));
  for (const [i, { at, name }] of [...REAL.map((name) => ({ at: name, name })), ...onHollow].entries()) {
    const within = at === host ? `ip netns exec ${name} ` : '';
    await must(cluster, at, `systemd-run -q --unit=${pollOf(name)} ${within}sh -c '${loop(name, i)}'`);
  }
}

/** Ends all of them and deletes their account. */
export async function endPolls(cluster: Cluster): Promise<void> {
  const all = `'${pollOf('*')}'`;
  for (const at of [...REAL, cluster.host.spec.name])
    await must(cluster, at, `systemctl stop ${all} && systemctl reset-failed ${all} && rm -f ${HEADER}`);
  await cluster.asked('delete namespace telemetry --ignore-not-found', { timeoutMs: 120_000 });
}

async function must(cluster: Cluster, at: string, command: string, stdin?: string): Promise<void> {
  const ran = await cluster.at(at).sh(command, { ...(stdin && { stdin }), timeoutMs: 60_000 });
  if (ran.code !== 0) throw new Error(`${at}: ${command.slice(0, 60)}: ${ran.stderr}`);
}

/** The unit of the client of a node. */
const pollOf = (node: string) => `poll-${node}`;
