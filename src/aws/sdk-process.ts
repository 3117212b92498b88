/** Keys from a process: a part of its own. */
export { fromProcess } from '@aws-sdk/credential-provider-process';
