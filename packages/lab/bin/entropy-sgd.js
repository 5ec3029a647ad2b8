#!/usr/bin/env node
import { main } from "../dist/cli/main.js";

// The first signal ends the run in good order, with its results so far; a second one ends it at once.
const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => controller.abort(signal));

// As a child of a sweep, it does not outlive its parent.
if (process.channel) {
  process.once("disconnect", () => controller.abort("SIGTERM"));
  process.channel.unref();
}

const { stdout, stderr } = process;
// A reader that closes the pipe early (`| head`) ends the output, not the run.
for (const stream of [stdout, stderr]) stream.on("error", (error) => error.code === "EPIPE" || process.exit(1));
process.exitCode = await main(process.argv.slice(2), { stdout, stderr, signal: controller.signal });
