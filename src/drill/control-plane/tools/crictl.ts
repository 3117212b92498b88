import type { Tool, ToolAnswer } from '../../types.ts';

/** What a control-plane host's runtime knows of its static pods, by the component's name. */
export interface StaticPods {
  /** `waiting`: its container has exited, and the kubelet waits before it starts the next. */
  stateOf(component: string): 'running' | 'waiting' | 'absent';
  /** The exited container is removed: nothing is left to wait for. */
  forgetExited(component: string): void;
}

/** Simulated crictl of a control-plane host: lists and removes the containers of its static pods, one of each. */
export function simulatedCrictl(pods: StaticPods): Tool {
  return (argv) => {
    const words = argv.filter(
      (word, i) =>
        !/^--(timeout|runtime-endpoint)$/.test(argv[i - 1] ?? '') &&
        !/^--(timeout|runtime-endpoint)/.test(word),
    );
    if (words[0] === 'ps') return list(words.slice(1), pods);
    if (words[0] === 'rm') {
      for (const id of words.slice(1)) pods.forgetExited(id.replace(/-exited$/, ''));
      return done(...words.slice(1));
    }
    return { code: 1, stdout: '', stderr: `no ${words[0] ?? 'command'} in the simulated "crictl"\n` };
  };
}

function list(words: string[], pods: StaticPods): ToolAnswer {
  const after = (flag: string) => words[words.indexOf(flag, 0) + 1] ?? '';
  const name = words.includes('--name') ? after('--name').replace(/^\^|\$$/g, '') : '';
  const wanted = words.includes('--state') ? after('--state') : 'running';
  const state = pods.stateOf(name);
  if (state === 'running' && wanted === 'running') return done(`${name}-running`);
  return state === 'waiting' && wanted === 'exited' ? done(`${name}-exited`) : done();
}

function done(...lines: string[]): ToolAnswer {
  return { code: 0, stdout: lines.map((line) => `${line}\n`).join(''), stderr: '' };
}
