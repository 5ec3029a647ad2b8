import { commandLine, quoted } from "./commandLine.ts";
import { type TrainedWhere, usualQueue } from "./distribution.ts";

/** How an experiment goes on that a signal has ended. @param args - of the command; absent where they are not known */
export function interruptionWords(
  isNew: boolean,
  { out, queue, shard }: TrainedWhere & { readonly out: string },
  args: readonly string[] | undefined,
): string {
  const again = args === undefined ? "the same command" : commandLine(args);
  if (queue !== undefined) {
    const { nats, queue: name, shared } = queue;
    const place = `--nats ${quoted(nats)}${name === usualQueue ? "" : ` --queue ${name}`}`;
    const how = isNew
      ? `npx entropy-sgd resume ${quoted(out)} ${place}${shared === undefined ? "" : ` --shared ${quoted(shared)}`}`
      : again;
    const off = `npx entropy-sgd cluster remove RUN ${place} --yes takes a run off it`;
    return `The runs stay on the queue, where workers do them; ${how} goes on watching, ${off}`;
  }
  if (!isNew) return `What is done is kept: ${again} goes on`;
  return `What is done is kept: npx entropy-sgd resume ${quoted(out)}${shard === undefined ? "" : ` --shard ${shard.index}/${shard.count}`} goes on`;
}
