export const GROUPS = ['Look', 'Act', 'Plan and run', 'Prepare', 'Practise', 'This program'] as const;

/** The first help page; it needs no library, so it is printed at once. */
export function topHelp(verbs: { name: string; summary: string; group: string }[]): string {
  const lines = [
    'Fireaxe recovers a Kubernetes control plane that kubectl cannot reach.',
    '',
    '  fireaxe drill                                   practise the incident on this machine',
    '  fireaxe probe -c prod-1                         is the control plane healthy?',
    '  fireaxe plan control-plane-lockout -c prod-1    show what the recovery would do',
    '  fireaxe run shed-load -c prod-1 -p process=telemetryd --reason INC-42',
    '',
    'Usage: fireaxe VERB [options]',
  ];
  for (const group of GROUPS) {
    const members = verbs.filter((v) => v.group === group);
    if (members.length === 0) continue;
    lines.push('', `${group}:`, ...members.map((v) => `  ${v.name.padEnd(15)} ${v.summary}`));
  }
  lines.push(
    '',
    'Run fireaxe VERB --help for the examples and options of a verb, fireaxe help topics for the documentation.',
    'The kit (clusters, nodes, keys) is --kit, else FIREAXE_KIT, else ~/.config/fireaxe/kit.',
    '',
  );
  return lines.join('\n');
}

/** Help of a first word that several verbs share, such as `kit`. */
export function sharedHelp(verbs: { name: string; summary: string }[]): string {
  return [
    ...verbs.map((v) => `  fireaxe ${v.name.padEnd(10)}  ${v.summary}`),
    '',
    'Run each with --help for its examples and options.',
    '',
  ].join('\n');
}
