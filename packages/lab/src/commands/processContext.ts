import { checkpointMessage, checkpointRequests } from "entropy-sgd-training";
import { endingSignals } from "../io/endingSignals.ts";
import { failureMessage } from "../io/failureMessage.ts";
import type { CommandContext } from "./context.ts";
import { terminalStreams } from "./terminal/terminalStreams.ts";

/** Milliseconds in which a signal is the first one repeated: a closed terminal sends SIGHUP twice, npx passes SIGINT on. */
const repeats = 100;

/**
 * The world of a command that is a process: its streams, with live lines on a terminal, and what signals mean to it.
 *
 * The first of SIGINT, SIGTERM and SIGHUP ends the work in good order, with its results so far; a tenth of a second later another one,
 * of either kind, ends the process at once. SIGUSR2 asks for a checkpoint, and so does a message of the parent of a sweep's
 * run.
 */
export function processContext(): CommandContext {
  const controller = new AbortController();
  const requests = checkpointRequests();
  const stop = (signal: string): void => {
    if (controller.signal.aborted) return;
    controller.abort(signal);
    setTimeout(() => {
      for (const each of endingSignals) process.removeListener(each, stop);
    }, repeats).unref();
  };
  for (const signal of endingSignals) process.on(signal, stop);
  // Windows has no such signal.
  if (process.platform !== "win32") process.on("SIGUSR2", () => requests.request());
  if (process.channel) {
    // As a child of a sweep, it does not outlive its parent.
    process.once("disconnect", () => stop("SIGTERM"));
    process.on("message", (message) => {
      if (message === checkpointMessage) requests.request();
    });
    process.channel.unref();
  }
  const { stdout, stderr } = process;
  for (const stream of [stdout, stderr]) {
    stream.on("error", ({ code }: NodeJS.ErrnoException) => {
      // A reader that closes the pipe early (`| head`) ends the output, not the run; nor does a terminal that was closed.
      if (code !== "EPIPE" && !(code === "EIO" && stream.isTTY)) process.exit(1);
    });
  }
  const onFailure = (error: string): void => void process.send?.(failureMessage(error));
  return {
    ...terminalStreams(stdout, stderr, process.env),
    signal: controller.signal,
    checkpointRequests: requests,
    onFailure,
  };
}
