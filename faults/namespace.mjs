// The `entropy-sgd` command with clocks that go 50 times as fast for waits of a second and more, so that locks are renewed
// and watched in a hurry, in this PID namespace or as if it were in another one: node namespace.mjs here|elsewhere ARGUMENTS.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [where, ...args] = process.argv.slice(2);
if (where === "elsewhere") {
  const { readlinkSync } = fs;
  /** @type {any} */ (fs).readlinkSync = (path, ...rest) =>
    `${path}`.startsWith("/proc/self/ns/") ? "pid:[7]" : readlinkSync(path, ...rest);
  syncBuiltinESMExports();
}
const { setInterval: everyGiven, setTimeout: afterGiven } = globalThis;
const hurry = 50;
const inAHurry = (delay = 0) => (delay >= 1000 ? delay / hurry : delay);
globalThis.setInterval = /** @type {any} */ ((work, delay, ...rest) => everyGiven(work, inAHurry(delay), ...rest));
globalThis.setTimeout = /** @type {any} */ ((work, delay, ...rest) => afterGiven(work, inAHurry(delay), ...rest));
const { main } = await import("../packages/lab/dist/commands/main.js");
const { processContext } = await import("../packages/lab/dist/commands/processContext.js");
process.exitCode = await main(args, processContext());
