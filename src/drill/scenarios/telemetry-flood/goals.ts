import type { Goals } from '../../judge.ts';
import type { Sample } from './sample.ts';

/** A window has at most this share of failed answers. */
const WINDOW_FAILED = 0.3;

export const GOALS: Goals<Sample> = {
  broken: ({ servers }) => servers.ready === 0,

  /** A majority answers, and most of what is asked is answered well. */
  open({ servers, answers }, recent) {
    const first = recent[0]!.answers;
    const good = answers.good - first.good;
    const failed = answers.bad - first.bad;
    const share = good + failed === 0 ? 0 : failed / (good + failed);
    return servers.ready * 2 > servers.of && share <= WINDOW_FAILED;
  },

  /** Nothing is left of the cause or of the cure, and every client is served. */
  recovered: (s) =>
    !s.daemonSet &&
    s.wanted === 0 &&
    s.flooding === 0 &&
    s.held === 0 &&
    s.fenced === 0 &&
    s.paused === 0 &&
    s.endpoints === s.workers &&
    s.servers.ready === s.servers.of &&
    s.leases === s.workers &&
    s.namesFailing === 0 &&
    s.dnsHeld.now === 0,
};
