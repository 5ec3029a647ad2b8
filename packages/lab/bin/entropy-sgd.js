#!/usr/bin/env node
import { main } from "../dist/cli/main.js";
import { processContext } from "../dist/cli/processContext.js";

process.exitCode = await main(process.argv.slice(2), processContext());
