import { type FireaxeError, usage } from '../../base/errors.ts';
import { clusterSchema } from '../schema/cluster.ts';
import { name as clusterName } from '../schema/values.ts';

/** What a new kit is made of. */
export interface Answers {
  cluster: string;
  user: string;
  port?: number;
  /** The file in the kit: `keys/prod-1`. */
  identity?: string;
  useAgent: boolean;
  bastion?: { address: string; port?: number; user?: string };
  cloud?: { region: string; profile?: string };
}

/** The cluster as kit.yaml has it. */
export function clusterOf({ user, port, identity, useAgent, bastion, cloud }: Answers) {
  return {
    ssh: {
      user,
      ...(port !== undefined && { port }),
      ...(identity !== undefined && { identity }),
      ...(useAgent && { useAgent }),
      ...(bastion && { jump: BASTION }),
    },
    ...(bastion && { bastions: { [BASTION]: bastion } }),
    ...(cloud && { cloud }),
  };
}

/** The name of the bastion of a new kit. */
export const BASTION = 'bastion-a';

/** Everything in them that the kit would refuse, each by the flag that gave it. */
export function mistakesIn(answers: Answers): FireaxeError[] {
  const issues = [
    ...(clusterName.safeParse(answers.cluster).error?.issues ?? []).map(({ message }) => ({
      path: ['cluster'],
      message,
    })),
    ...(clusterSchema.safeParse(clusterOf(answers)).error?.issues ?? []),
  ];
  return issues.map(({ path, message }) => usage(message, { place: flagOf(path.map(String)) }));
}

function flagOf(path: string[]): string {
  if (path[0] === 'bastions') return '--jump';
  return `--${path.at(-1)}`;
}
