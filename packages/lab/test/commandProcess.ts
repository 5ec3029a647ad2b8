/** The command as a process, from its sources: `node --import tsx commandProcess.ts ARGUMENTS`. */
import { main } from "../src/cli/main.ts";
import { processContext } from "../src/cli/processContext.ts";

process.exitCode = await main(process.argv.slice(2), processContext());
