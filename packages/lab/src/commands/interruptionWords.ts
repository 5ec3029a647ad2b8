import { commandLine, quoted } from "./commandLine.ts";
import { type TrainedWhere, usualQueue } from "./distribution.ts";

type Place = TrainedWhere & { readonly out: string };

/** The command by which an experiment goes on. @param args - of the command that began it; absent where they are not known */
export function againCommand(
  isNew: boolean,
  { out, queue, shard }: Place,
  args: readonly string[] | undefined,
): string {
  if (!isNew) return args === undefined ? "the same command" : commandLine(args);
  const shared = queue?.shared === undefined ? "" : ` --shared ${quoted(queue.shared)}`;
  const part = shard === undefined ? "" : ` --shard ${shard.index}/${shard.count}`;
  return `npx entropy-sgd resume ${quoted(out)}${queue === undefined ? part : ` ${onQueue(queue)}${shared}`}`;
}

/**
 * How an experiment goes on that a signal has ended.
 *
 * @param args - as of `againCommand`
 * @param numQueued - how many of its runs are on the queue, if it is on one
 */
export function interruptionWords(
  isNew: boolean,
  place: Place,
  args: readonly string[] | undefined,
  numQueued: number,
): string {
  const how = againCommand(isNew, place, args);
  const { queue } = place;
  if (queue === undefined) return `What is done is kept: ${how} goes on`;
  if (numQueued === 0) return `No run is on the queue yet: ${how} puts them there`;
  const off = `npx entropy-sgd cluster remove RUN ${onQueue(queue)} --yes takes a run off it`;
  return `The runs stay on the queue, where workers do them; ${how} goes on watching, ${off}`;
}

function onQueue({ nats, queue }: NonNullable<Place["queue"]>): string {
  return `--nats ${quoted(nats)}${queue === usualQueue ? "" : ` --queue ${queue}`}`;
}
