import type { RegisteredVerb } from './types.ts';

/** The verb that a command line begins with, of one word or two, and the words after it. */
export function verbAt(words: readonly string[]): { verb: RegisteredVerb; rest: string[] } | undefined {
  for (const length of [2, 1]) {
    const verb = verbs().find(({ name }) => name === words.slice(0, length).join(' '));
    if (verb && words.length >= length) return { verb, rest: words.slice(length) };
  }
  return undefined;
}

/** All verbs, in the order in which help lists them. */
export function verbs(): RegisteredVerb[] {
  return [
    {
      name: 'doctor',
      summary: 'Say whether the emergency path is open now, and what it depends on',
      group: 'Look',
      load: async () => (await import('./verbs/doctor.ts')).default,
    },
    {
      name: 'clusters',
      summary: 'List the clusters of the kit',
      group: 'Look',
      load: async () => (await import('./verbs/clusters.ts')).default,
    },
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
      name: 'forecast',
      summary: 'Predict the API load of larger clusters',
      group: 'Look',
      load: async () => (await import('./verbs/forecast.ts')).default,
    },
    {
      name: 'look',
      summary: 'Run a command that only reads',
      group: 'Look',
      load: async () => (await import('./verbs/look.ts')).default,
    },
    {
      name: 'sweep',
      summary: 'List the fences that stand in the network of the cloud',
      group: 'Look',
      load: async () => (await import('./verbs/sweep.ts')).default,
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
      name: 'pace',
      summary: 'Limit the image pulls of nodes that return',
      group: 'Act',
      load: async () => (await import('./verbs/pace.ts')).default,
    },
    {
      name: 'cordon',
      summary: 'Keep new user traffic away from nodes',
      group: 'Act',
      load: async () => (await import('./verbs/cordon.ts')).default,
    },
    {
      name: 'evacuate',
      summary: "Shift a cluster's user traffic to healthy clusters, in steps",
      group: 'Act',
      load: async () => (await import('./verbs/evacuate.ts')).default,
    },
    {
      name: 'dns',
      summary: 'Keep the names of services answering without the API',
      group: 'Act',
      load: async () => (await import('./verbs/dns.ts')).default,
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
      name: 'playbooks list',
      summary: 'List the playbooks, built in and of the kit',
      group: 'Plan and run',
      load: async () => (await import('./verbs/playbooks-list.ts')).default,
    },
    {
      name: 'playbooks show',
      summary: 'Print a playbook as it is written',
      group: 'Plan and run',
      load: async () => (await import('./verbs/playbooks-show.ts')).default,
    },
    {
      name: 'playbooks check',
      summary: 'Check a playbook, with the place of each mistake',
      group: 'Plan and run',
      load: async () => (await import('./verbs/playbooks-check.ts')).default,
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
      name: 'report',
      summary: 'Write the report of a run: one page for the morning after',
      group: 'Plan and run',
      load: async () => (await import('./verbs/report.ts')).default,
    },
    {
      name: 'kit init',
      summary: 'Make a kit: clusters, logins, policy',
      group: 'Prepare',
      load: async () => (await import('./verbs/kit-init.ts')).default,
    },
    {
      name: 'kit import',
      summary: 'Take nodes from kubectl, Ansible, ssh_config, CSV or EC2, and services',
      group: 'Prepare',
      load: async () => (await import('./verbs/kit-import.ts')).default,
    },
    {
      name: 'kit hosts',
      summary: 'Take host keys from where they are trusted already',
      group: 'Prepare',
      load: async () => (await import('./verbs/kit-hosts.ts')).default,
    },
    {
      name: 'drill',
      summary: 'Practise an outage in a lab on this machine',
      group: 'Practise',
      load: async () => (await import('./verbs/drill.ts')).default,
    },
    {
      name: 'version',
      summary: 'Show the version, and check its own files',
      group: 'This program',
      load: async () => (await import('./verbs/version.ts')).default,
    },
    {
      name: 'schema',
      summary: 'Print the JSON Schema of a file, or of what the verbs print',
      group: 'This program',
      load: async () => (await import('./verbs/schema.ts')).default,
    },
    {
      name: 'completion',
      summary: 'Print what makes a shell complete the words of fireaxe',
      group: 'This program',
      load: async () => (await import('./verbs/completion.ts')).default,
    },
  ];
}
