/** `--max-minutes`: a command that stops by itself, as if a signal had ended it. */
import { type Command, InvalidArgumentError } from "commander";
import { Interruption, isTimeLimit } from "entropy-sgd-training";
import { type CommandContext, exitCodes } from "./context.ts";
import { positive } from "./options.ts";

/** What a timer can count: 2³¹ − 1 milliseconds. */
const mostMinutes = Math.floor((2 ** 31 - 1) / 60_000);

/** Adds `--max-minutes`. */
export function timeLimited(command: Command): Command {
  const help = `stop after so many minutes with a checkpoint, from which resume goes on (exit code ${exitCodes.time})`;
  return command.option("--max-minutes <n>", help, minutes);
}

function minutes(text: string): number {
  const value = positive(text);
  if (value <= mostMinutes) return value;
  throw new InvalidArgumentError(`It must be at most ${mostMinutes}.`);
}

/**
 * Does the work of a command with a signal that is aborted by that of `context`, or when the time is over: then with the
 * reason that `AbortSignal.timeout` has. Gives the exit code.
 *
 * @param maxMinutes - undefined for no limit
 */
export async function withinTime(
  maxMinutes: number | undefined,
  context: CommandContext,
  work: (context: CommandContext) => Promise<number>,
): Promise<number> {
  if (maxMinutes === undefined) return work(context);
  const { signal: outer, stderr } = context;
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => controller.abort(outer.reason);
  if (outer.aborted) stop();
  outer.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(
    () => controller.abort(new DOMException("the time limit was reached", "TimeoutError")),
    60_000 * maxMinutes,
  );
  try {
    return await work({ ...context, signal });
  } catch (error) {
    if (!(error instanceof Interruption && isTimeLimit(signal))) throw error;
    stderr.write("the time limit was reached: nothing was written\n");
    return exitCodes.time;
  } finally {
    clearTimeout(timer);
    outer.removeEventListener("abort", stop);
  }
}
