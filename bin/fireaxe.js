#!/usr/bin/env node
import { main } from '../dist/fireaxe.js';

await main(process.argv.slice(2));
