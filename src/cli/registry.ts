import type { VerbDefinition } from './types.ts';

interface RegisteredVerb {
  name: string;
  summary: string;
  group: 'Look' | 'Act' | 'Plan and run' | 'Practise';
  /** Loaded only when the verb is used: `--help` must cost almost nothing. */
  load(): Promise<VerbDefinition>;
}

/** All verbs, in the order in which help lists them. */
export function verbs(): RegisteredVerb[] {
  return [
    {
      name: 'nodes',
      summary: 'List the nodes that a selection matches',
      group: 'Look',
      load: async () => (await import('./verbs/nodes.ts')).default,
    },
    {
      name: 'status',
      summary: 'Say what is broken, what is in force, who does it, and what to do next',
      group: 'Look',
      load: async () => (await import('./verbs/status.ts')).default,
    },
    {
      name: 'probe',
      summary: 'Read the health of the control plane, out of band',
      group: 'Look',
      load: async () => (await import('./verbs/probe.ts')).default,
    },
    {
      name: 'who',
      summary: 'Name who floods the API servers, out of band',
      group: 'Look',
      load: async () => (await import('./verbs/who.ts')).default,
    },
    {
      name: 'look',
      summary: 'Run a command that only reads',
      group: 'Look',
      load: async () => (await import('./verbs/look.ts')).default,
    },
    {
      name: 'verify',
      summary: 'Ask the nodes whether the changes of a run still hold',
      group: 'Look',
      load: async () => (await import('./verbs/verify.ts')).default,
    },
    {
      name: 'exec',
      summary: 'Run a command or a script on nodes',
      group: 'Act',
      load: async () => (await import('./verbs/exec.ts')).default,
    },
    {
      name: 'stop',
      summary: 'Hold an offender: a systemd unit, processes or pods',
      group: 'Act',
      load: async () => (await import('./verbs/stop.ts')).default,
    },
    {
      name: 'pause',
      summary: 'Pause the controller-manager or scheduler',
      group: 'Act',
      load: async () => (await import('./verbs/pause.ts')).default,
    },
    {
      name: 'start',
      summary: 'Start an API server that waits in the back-off',
      group: 'Act',
      load: async () => (await import('./verbs/start.ts')).default,
    },
    {
      name: 'fence',
      summary: 'Keep API clients away from the API servers',
      group: 'Act',
      load: async () => (await import('./verbs/fence.ts')).default,
    },
    {
      name: 'readmit',
      summary: 'Let fenced clients back in at a pace',
      group: 'Act',
      load: async () => (await import('./verbs/readmit.ts')).default,
    },
    {
      name: 'cordon',
      summary: 'Keep new user traffic away from nodes',
      group: 'Act',
      load: async () => (await import('./verbs/cordon.ts')).default,
    },
    {
      name: 'scale',
      summary: 'Give the API servers a bigger instance type',
      group: 'Act',
      load: async () => (await import('./verbs/scale.ts')).default,
    },
    {
      name: 'shrink',
      summary: 'Hold kubelets on a share of the workers: fewer clients',
      group: 'Act',
      load: async () => (await import('./verbs/shrink.ts')).default,
    },
    {
      name: 'kubectl',
      summary: 'Read, delete, apply or patch an object through the API',
      group: 'Act',
      load: async () => (await import('./verbs/kubectl.ts')).default,
    },
    {
      name: 'plan',
      summary: 'Show what a playbook would do, and save it',
      group: 'Plan and run',
      load: async () => (await import('./verbs/plan.ts')).default,
    },
    {
      name: 'run',
      summary: 'Run a saved plan or a playbook',
      group: 'Plan and run',
      load: async () => (await import('./verbs/run.ts')).default,
    },
    {
      name: 'resume',
      summary: 'Continue an interrupted run',
      group: 'Plan and run',
      load: async () => (await import('./verbs/resume.ts')).default,
    },
    {
      name: 'undo',
      summary: 'Undo what a run changed',
      group: 'Plan and run',
      load: async () => (await import('./verbs/undo.ts')).default,
    },
    {
      name: 'runs',
      summary: 'List the runs kept on this machine',
      group: 'Plan and run',
      load: async () => (await import('./verbs/runs.ts')).default,
    },
    {
      name: 'timeline',
      summary: 'Show what a run did, step by step',
      group: 'Plan and run',
      load: async () => (await import('./verbs/timeline.ts')).default,
    },
    {
      name: 'drill',
      summary: 'Practise an outage in a lab on this machine',
      group: 'Practise',
      load: async () => (await import('./verbs/drill.ts')).default,
    },
  ];
}
