// The `entropy-sgd` command with locks that are renewed and watched in a hurry, in this PID namespace or as if it were in
// another one: node namespace.mjs here|elsewhere ARGUMENTS.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [where, ...args] = process.argv.slice(2);
if (where === "elsewhere") {
  const { readlinkSync } = fs;
  /** @type {any} */ (fs).readlinkSync = (path, ...rest) =>
    `${path}`.startsWith("/proc/self/ns/") ? "pid:[7]" : readlinkSync(path, ...rest);
  syncBuiltinESMExports();
}
const { renewal } = await import("../packages/lab/dist/runs/lock.js");
const { watch } = await import("../packages/lab/dist/runs/lease.js");
renewal.every = 20;
Object.assign(watch, { looks: 25, every: 20 });
const { main } = await import("../packages/lab/dist/commands/main.js");
const { processContext } = await import("../packages/lab/dist/commands/processContext.js");
process.exitCode = await main(args, processContext());
