/** Options of experiments whose runs are trained on other machines. */
import { type Command, InvalidArgumentError } from "commander";
import { InputError } from "entropy-sgd-training";
import type { QueuePlace } from "../experiments/queue/launchOnQueue.ts";

/** Where runs are trained, as it is asked for. */
export interface Distribution {
  readonly nats?: string;
  readonly queue?: string;
  readonly shared?: string;
}

/** The name of a queue where none is given. */
export const usualQueue = "entropy-sgd";

/** A parser of names of queues. */
export function queueName(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be 1 to 64 letters, digits, _ or -.");
}

/** Adds `--nats`, `--queue` and `--shared`. */
export function distributed(command: Command): Command {
  return command
    .option("--nats <address>", "workers train the runs, which a queue on this NATS server gives them")
    .option("--queue <name>", `name of the queue; default: ${usualQueue}`, queueName)
    .option("--shared <folder>", "a folder that workers see too and that holds --out: runs are trained there");
}

/** The queue that is asked for, undefined for none. @throws InputError for options of a queue without --nats */
export function queuePlaceOf({ nats, queue, shared }: Distribution): QueuePlace | undefined {
  if (nats !== undefined) return { nats, queue: queue ?? usualQueue, shared };
  const alone = queue === undefined ? (shared === undefined ? null : "--shared") : "--queue";
  if (alone !== null) throw new InputError({ name: alone, rule: "is of runs that workers train: give --nats too" });
  return undefined;
}
