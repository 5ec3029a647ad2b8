#!/usr/bin/env node
try {
  const { main } = await import("../dist/commands/main.js");
  const { processContext } = await import("../dist/commands/processContext.js");
  process.exitCode = await main(process.argv.slice(2), processContext());
} catch (error) {
  // What `main` does not catch: a file of the program that is missing, or one more than may be open (ulimit -n).
  process.stderr.write(`error: the program cannot be loaded: ${error?.message ?? error}\n`);
  process.exitCode = 2;
}
