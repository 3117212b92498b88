import type { LabStatus } from '../../drill/process/status.ts';
import { table } from '../output.ts';

/** The score for people: what the lab saw, beside the incident. */
export function scoreLines({ score, scaleNote, sample }: LabStatus): string[] {
  const { seen, now, controlPlane, endpoints } = score;
  const seconds = (s: number | null) => (s === null ? 'never' : `${s} s`);
  const share = ({ most, of }: { most: number; of: number }) => `${most} of ${of}`;
  const health = (h: typeof controlPlane.before) =>
    h ? `${h.readyPercent}% of servers ready, ${h.badPercent}% of answers bad` : 'not seen';
  return [
    ...table([
      ['recovered', score.recovered ? 'yes' : 'no'],
      ['time to window', seconds(score.timeToWindowSeconds)],
      ['time to recovery', seconds(score.timeToRecoverySeconds)],
      ['user requests lost', String(score.requestsLost)],
      [
        'endpoints of services',
        `${endpoints.fewest} of ${endpoints.of} ready at worst; ${endpoints.requestsLost} of the requests lost by it`,
      ],
      ['API server deaths', String(score.serverDeaths)],
      [
        'control plane',
        `${health(controlPlane.before)} while down; ${health(controlPlane.after)} at the end`,
      ],
      ['seen: offenders held', share(seen.held)],
      ['seen: clients fenced', share(seen.fenced)],
      ['seen: servers scaled', share(seen.scaled)],
      ['seen: DaemonSet removed', seen.removed ? 'yes' : 'no'],
      [
        'now',
        `${now.ready} of ${now.servers} servers ready; ${now.flooding} workers flood, ${now.held} held, ${now.fenced} fenced, ${now.paused} controller-managers paused; ` +
          `${sample.leases} of ${sample.workers} kubelets report; ${now.namesFailingPercent}% of names fail`,
      ],
    ]),
    scaleNote,
  ];
}
