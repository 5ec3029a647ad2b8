#!/usr/bin/env node
import { closeSync, existsSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Files that the program opens at once while it is loaded, at most. */
const numFiles = 64;

/** Node tells of too few file descriptors as packages that cannot be found. @throws EMFILE */
function requireFiles() {
  const files = [];
  try {
    for (let i = 0; i < numFiles; i++) files.push(openSync(fileURLToPath(import.meta.url), "r"));
  } finally {
    for (const file of files) closeSync(file);
  }
}

try {
  requireFiles();
  const { main } = await import("../dist/commands/main.js");
  const { processContext } = await import("../dist/commands/processContext.js");
  process.exitCode = await main(process.argv.slice(2), processContext());
} catch (error) {
  // What `main` does not catch: a file of the program that is missing, or more than may be open (ulimit -n).
  const isBuilt = existsSync(fileURLToPath(new URL("../dist", import.meta.url)));
  const why = isBuilt ? (error instanceof Error ? error.message : error) : "it is not built: npm run build does that";
  const message = `the program cannot be loaded: ${why}`;
  process.stderr.write(`error: ${message}\n`);
  // Of a process that trains for another one (io/failureMessage.ts).
  process.send?.({ error: message });
  process.exitCode = 2;
}
