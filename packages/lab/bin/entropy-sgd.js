#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

// The first signal ends the run in good order, with its results so far; a second one ends it at once.
const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => controller.abort(signal));

const { stdout, stderr } = process;
process.exitCode = await main(process.argv.slice(2), { stdout, stderr, signal: controller.signal });
