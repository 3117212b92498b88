import { simulate } from './case.ts';

// One case in a process of its own, so that its memory is its own: the case is the argument, what was measured the output.
const measured = await simulate(JSON.parse(process.argv[2]!));
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ...measured, peakBytes }));
