import { main } from './main.ts';

/** Where all of Fireaxe is one file, nothing launches it. */
await main(process.argv.slice(2));
