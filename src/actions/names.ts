/** Known without loading any action: for help, completion and playbook errors. */
export const ACTION_NAMES = [
  'stop',
  'pause',
  'start',
  'fence',
  'fence-network',
  'fence-eks',
  'readmit',
  'pace',
  'cordon',
  'cordon-balancer',
  'evacuate',
  'scale',
  'scale-add',
  'scale-volume',
  'scale-flags',
  'scale-eks',
  'shrink',
  'shrink-group',
  'kubectl',
  'dns-hold',
  'drill-flood',
  'sweep',
  'exec',
] as const;
export type ActionName = (typeof ACTION_NAMES)[number];

/** The verb under which an action is typed: a variant's name begins with it, as `scale-flags` is `scale --flag`. */
export function verbOf(name: string): string {
  return name.split('-')[0]!;
}
