import type { CommandContext } from "./context.ts";

const endingSignals = ["SIGINT", "SIGTERM"] as const;

/**
 * The world of a command that is a process: its streams, and its signals as the wish to stop.
 *
 * The first signal ends the work in good order, with its results so far; a second one, of either kind, ends the process at once.
 */
export function processContext(): CommandContext {
  const controller = new AbortController();
  const stop = (signal: string): void => {
    for (const each of endingSignals) process.removeListener(each, stop);
    controller.abort(signal);
  };
  for (const signal of endingSignals) process.on(signal, stop);
  // As a child of a sweep, it does not outlive its parent.
  if (process.channel) {
    process.once("disconnect", () => controller.abort("SIGTERM"));
    process.channel.unref();
  }
  const { stdout, stderr } = process;
  // A reader that closes the pipe early (`| head`) ends the output, not the run.
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => error.code === "EPIPE" || process.exit(1));
  }
  return { stdout, stderr, signal: controller.signal };
}
