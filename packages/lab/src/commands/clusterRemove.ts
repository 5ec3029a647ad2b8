import type { QueuePiece } from "entropy-sgd-cluster";
import { InputError, printable } from "entropy-sgd-training";
import { namesRun } from "../experiments/queue/piece.ts";
import { textTable } from "../report/textTable.ts";
import { counted } from "../statistics/words.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, writeJson } from "./context.ts";
import { nameOnServer, usualQueue } from "./distribution.ts";
import { removeReplicas } from "./removeReplicas.ts";

/** Options of `entropy-sgd cluster remove`. */
export interface ClusterRemoveCommand {
  readonly nats: string;
  readonly queue?: string;
  /** A run of Parle instead of runs on a queue. */
  readonly run?: string;
  /** Without it, the command only says what it would remove. */
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `entropy-sgd cluster remove`. */
export const definition: CommandDefinition = {
  examples: [
    "--nats nats://host:4222 --queue rates",
    "--nats nats://host:4222 --queue rates --yes",
    "sgd-1 adam-1 --nats nats://host:4222 --yes",
    "--nats nats://host:4222 --run first --yes",
  ],
  declare: (command, context, done) =>
    json(command)
      .description(
        "Say which runs are on a queue; take them off it with --yes. Or remove what is left of a run of Parle.",
      )
      .argument("[runs...]", "names of runs, such as sgd-1, or what they are called on the queue; default: all")
      .requiredOption("--nats <address>", "the NATS server with the queue, such as nats://host:4222")
      .option("--queue <name>", `name of the queue; default: ${usualQueue}`, nameOnServer)
      .option("--run <name>", "a run of Parle instead, of which no replica is at work", nameOnServer)
      .option("--yes", "remove them")
      .addHelpText("after", helpText)
      .action(async (runs: string[], options: ClusterRemoveCommand) =>
        done(
          options.run === undefined
            ? await removeFromQueue(runs, options, context)
            : await replicasRemoved(options.run, runs, options, context),
        ),
      ),
};

const helpText = `
No worker begins a run that was removed. One that is at work is stopped within seconds by its worker, which keeps its checkpoint
and takes the next run. A planner that waits for it is told, and ends with it as failed; its command given again puts it back
(of a comparison "resume FOLDER --nats …").
Of a run that has ended and was not fetched, the files on the server are removed; those in the worker's --out stay.

Of a run of Parle (--run) vectors, and who has ended, are removed; checkpoints and weights in runs/ stay. A replica that has not
ended and comes back from its checkpoint waits for all others then, in vain for those that have ended: let it end first.`;

/** @throws InputError for what is of a queue */
async function replicasRemoved(
  run: string,
  runs: readonly string[],
  { queue, ...options }: ClusterRemoveCommand,
  context: CommandContext,
): Promise<number> {
  const rule = "is of a run of Parle; other names, and --queue, are of runs on a queue";
  if (runs.length > 0 || queue !== undefined) throw new InputError({ name: "--run", rule });
  return removeReplicas({ ...options, run }, context);
}

/** Takes runs off a queue, or says which are there. Gives the exit code. */
export async function removeFromQueue(
  runs: readonly string[],
  { nats, queue: name = usualQueue, yes = false, json: isJson = false }: ClusterRemoveCommand,
  context: CommandContext,
): Promise<number> {
  const { jetStreamQueue, queuePieces } = await import("entropy-sgd-cluster");
  const { withServer } = await import("../experiments/serverConnection.ts");
  const place = `the queue ${name} of ${nats}`;
  const pieces = await withServer(nats, async (connection) => {
    const all = await queuePieces(connection, name);
    if (all === null) throw new InputError({ name: "--queue", rule: `there is no queue ${name} on ${nats}` });
    const chosen = runs.length === 0 ? all : [...new Set(runs.map((run) => pieceNamed(run, all, place)))];
    const queue = jetStreamQueue(connection, { name });
    if (!yes) return chosen;
    // One that was fetched meanwhile is not there any more.
    const gone: QueuePiece[] = [];
    for (const piece of chosen) if (await queue.remove(piece.id)) gone.push(piece);
    return gone;
  });
  if (isJson) writeJson(context, { queue: name, removed: yes, runs: pieces });
  else context.stdout.write(`${inWords(pieces, place, yes).split("\n").map(printable).join("\n")}\n`);
  return exitCodes.ok;
}

/** @throws InputError for a name that no run there has, or several have */
function pieceNamed(name: string, all: readonly QueuePiece[], place: string): QueuePiece {
  const named = all.filter(({ id }) => id === name || namesRun(id, name));
  const [first] = named;
  if (first !== undefined && named.length === 1) return first;
  const ids = (pieces: readonly QueuePiece[]): string => pieces.map(({ id }) => id).join(", ");
  const rule =
    first === undefined
      ? `is no run on ${place}, which has ${all.length === 0 ? "none" : ids(all)}`
      : `is the name of several runs on ${place}, give one of ${ids(named)}`;
  throw new InputError({ name, rule });
}

function inWords(pieces: readonly QueuePiece[], place: string, yes: boolean): string {
  if (pieces.length === 0) return `No run is on ${place}; nothing was removed`;
  const rows = pieces.map(({ id, state, workers }) => [id, state, workers.join(", ")]);
  const table = textTable(["run", "state", "worker"], rows);
  const amount = counted(pieces.length, "run");
  if (!yes) return `${table}\n${amount} would be removed from ${place}; nothing was: give --yes`;
  const isAtWork = pieces.some(({ state }) => state === "at work");
  const then = isAtWork ? "; what is at work is stopped within seconds, with a checkpoint" : "";
  return `${table}\n${amount} removed from ${place}${then}`;
}
