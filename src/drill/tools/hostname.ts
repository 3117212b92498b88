import type { LabNodeSpec, Tool } from '../types.ts';

/** Simulated hostname: it must not print the name of the machine that runs the lab. */
export function createHostname(spec: LabNodeSpec): Tool {
  return (argv) => {
    const [option, ...more] = argv;
    if (more.length > 0) return { code: 1, stdout: '', stderr: 'hostname: too many arguments\n' };
    if (option === undefined || option === '-s' || option === '-f') {
      return { code: 0, stdout: `${spec.name}\n`, stderr: '' };
    }
    if (option === '-I') return { code: 0, stdout: `${spec.address} \n`, stderr: '' };
    if (option.startsWith('-')) {
      return { code: 4, stdout: '', stderr: `hostname: invalid option -- '${option.slice(1)}'\n` };
    }
    return { code: 1, stdout: '', stderr: 'hostname: you must be root to change the host name\n' };
  };
}
