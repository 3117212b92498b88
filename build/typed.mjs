import { parseArgs } from 'node:util';

/**
 * What was typed to a script of this repository, as `parseArgs` returns it. Ends the process with its usage: code 0 for
 * --help, code 2 for a mistake. `numbers` names options whose values are whole numbers above zero; they come as numbers.
 */
export function typed({ usage, numbers = [], check = () => undefined, ...config }) {
  const end = (problem) => {
    if (problem) console.error(problem);
    console.error(usage);
    process.exit(problem ? 2 : 0);
  };
  const read = parsed({ ...config, options: { ...config.options, help: { type: 'boolean' } } });
  if (typeof read === 'string') return end(read);
  if (read.values.help) return end();
  for (const name of numbers) {
    if (!/^[1-9]\d{0,8}$/.test(read.values[name]))
      return end(`--${name} ${read.values[name]}: expected a whole number above zero`);
    read.values[name] = Number(read.values[name]);
  }
  const problem = check(read);
  return problem ? end(problem) : read;
}

function parsed(config) {
  try {
    return parseArgs(config);
  } catch (error) {
    // Of several sentences the first one names the option.
    return error.message.split(/\.\s|\n/, 1)[0];
  }
}
