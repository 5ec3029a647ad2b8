/** Options of experiments whose runs are trained on several machines. */
import { type Command, InvalidArgumentError } from "commander";
import { InputError } from "entropy-sgd-training";
import type { QueuePlace } from "../experiments/queue/launchOnQueue.ts";
import type { Shard } from "../experiments/shard.ts";

/** Where runs are trained, as it is asked for. */
export interface Distribution {
  readonly nats?: string;
  readonly queue?: string;
  readonly shared?: string;
  readonly shard?: Shard;
}

/** Where runs are trained. */
export interface TrainedWhere {
  /** The queue whose workers train them. */
  readonly queue?: QueuePlace | undefined;
  /** The part of them that is trained here. */
  readonly shard?: Shard | undefined;
}

/** The name of a queue where none is given. */
export const usualQueue = "entropy-sgd";

/** A parser of names of queues and runs. */
export function nameOnServer(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be 1 to 64 letters, digits, _ or -.");
}

/** A parser of shards, such as 2/3. */
function shard(text: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) return { index, count };
  throw new InvalidArgumentError("It must be I/N with 1 ≤ I ≤ N, such as 2/3.");
}

/** Adds `--nats`, `--queue`, `--shared` and `--shard`. */
export function distributed(command: Command): Command {
  return command
    .option("--nats <address>", "workers train the runs, which a queue on this NATS server gives them")
    .option("--queue <name>", `name of the queue; default: ${usualQueue}`, nameOnServer)
    .option("--shared <folder>", "a folder that workers see too and that holds --out: runs are trained there")
    .option("--shard <i/n>", "train only the i-th of every n runs here; runs merge puts the parts together", shard);
}

/**
 * What the options of distribution come to, and the others.
 *
 * @throws InputError for options that do not go together, and for a shard without a folder of its own
 */
export function distributionOf<Options extends Distribution & { readonly out?: string; readonly parallel?: number }>(
  options: Options,
): readonly [TrainedWhere, Omit<Options, keyof Distribution>] {
  const { nats, queue, shared, shard: part, ...others } = options;
  const refuse = (name: string, rule: string): never => {
    throw new InputError({ name, rule });
  };
  if (part !== undefined) {
    if (nats !== undefined) refuse("--shard", "is for machines without a queue; --nats has one");
    if (options.out === undefined) refuse("--out", "is required with --shard: each part has a folder of its own");
  }
  if (nats !== undefined && options.parallel !== undefined)
    refuse("--parallel", "is of runs that are trained here; with --nats each worker trains one at a time");
  if (nats === undefined && queue !== undefined) refuse("--queue", "is of runs that workers train: give --nats too");
  if (nats === undefined && shared !== undefined) refuse("--shared", "is of runs that workers train: give --nats too");
  return [
    { queue: nats === undefined ? undefined : { nats, queue: queue ?? usualQueue, shared }, shard: part },
    others,
  ];
}
