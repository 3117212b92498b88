/** Known without loading any action: for help, completion and playbook errors. */
export const ACTION_NAMES = [
  'stop',
  'pause',
  'start',
  'fence',
  'readmit',
  'cordon',
  'scale',
  'shrink',
  'kubectl',
  'exec',
] as const;
export type ActionName = (typeof ACTION_NAMES)[number];
