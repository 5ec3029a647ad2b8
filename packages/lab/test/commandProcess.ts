/** The command as a process, from its sources: `node --import tsx commandProcess.ts ARGUMENTS`. */
import { main } from "../src/commands/main.ts";
import { processContext } from "../src/commands/processContext.ts";

process.exitCode = await main(process.argv.slice(2), processContext());
