// Builds what is not in the cache. A program of its own, because run.mjs starts it long before the tier that needs it.
import { buildBinaries } from './binaries.mjs';

// Only for a parent that started it with a channel: it is gone or wants no more, so Go and its compilers end as by Ctrl-C.
function end() {
  process.once('SIGINT', () => {});
  process.kill(-process.pid, 'SIGINT');
}
// The channel may have closed while this program was loaded.
if (process.connected === false) process.exit(1);
process.once('disconnect', end);
try {
  await buildBinaries(console.log);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
process.channel?.unref();
