#!/usr/bin/env node
import '../dist/fireaxe.js';
