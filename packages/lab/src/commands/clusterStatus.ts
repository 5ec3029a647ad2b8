import type { ClusterStatus, RunStatus } from "entropy-sgd-cluster";
import { printable } from "entropy-sgd-training";
import { replicaName } from "../experiments/parle/planParle.ts";
import { counted } from "../statistics/words.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, writeJson } from "./context.ts";

/** Options of `entropy-sgd cluster status`. */
export interface ClusterStatusCommand {
  readonly nats: string;
  readonly json?: boolean;
}

/** `entropy-sgd cluster status`. */
export const definition: CommandDefinition = {
  examples: ["--nats nats://host:4222"],
  declare: (command, context, done) =>
    json(command)
      .description("Say what is on a NATS server: queues of runs with their workers, and replicas of Parle.")
      .requiredOption("--nats <address>", "the server, such as nats://host:4222")
      .addHelpText("after", helpText)
      .action(async (options: ClusterStatusCommand) => done(await clusterStatusCommand(options, context))),
};

const helpText = `
A queue is listed while it holds a run or one of its workers was heard of. A run goes from it when its planner has fetched it, by
"entropy-sgd cluster remove", or, if it has ended, after 30 days; one that nobody has trained stays. A run of Parle is listed
until "entropy-sgd cluster remove --run NAME".`;

/** Tells what is on a server. Gives the exit code. */
export async function clusterStatusCommand(
  { nats, json: isJson = false }: ClusterStatusCommand,
  context: CommandContext,
): Promise<number> {
  const { clusterStatus } = await import("entropy-sgd-cluster");
  const { withServer } = await import("../experiments/serverConnection.ts");
  const status = await withServer(nats, clusterStatus);
  if (isJson) writeJson(context, status);
  else context.stdout.write(`${statusLines(nats, status).map(printable).join("\n")}\n`);
  return exitCodes.ok;
}

function statusLines(nats: string, { server, queues, runs }: ClusterStatus): string[] {
  return [
    `NATS server ${server.version} at ${nats}`,
    ...(queues.length + runs.length === 0 ? ["No queue of runs, and no replicas"] : []),
    ...queues.flatMap(({ name, waiting, atWork, ended, workers, missing }) => [
      `Queue ${name}: ${counted(waiting, "run")} waiting, ${atWork} at work, ${ended} ended and not yet fetched`,
      ...missing.map(
        (stream) => `  incomplete: the stream ${stream} is not there; the next worker or planner makes it anew`,
      ),
      ...(workers.length === 0 ? ["  no worker has been heard of within the last 10 seconds"] : []),
      ...workers.map((worker) => `  worker ${worker.name}: ${worker.piece ?? "free"}`),
    ]),
    ...runs.flatMap(({ run, replicas, settings }) => [
      `Parle ${run}: ${replicas.length === 0 ? "without an exchange" : atWork(replicas, settings.replicas)}`,
      ...replicas.map(({ replica, living, hasEnded, version }) => {
        const newest = version === null ? "no exchange yet" : `newest exchange: ${version + 1}`;
        return `  ${replicaName(replica)}: ${living ? "at work" : hasEnded ? "ended" : "gone"}, ${newest}`;
      }),
    ]),
  ];
}

/** @param told - how many replicas the run has, as those at work tell it; nobody tells where none is, or it was begun by another program */
function atWork(replicas: RunStatus["replicas"], told = ""): string {
  const some = replicas.filter(({ living }) => living).length;
  if (/^\d{1,9}$/.test(told)) return `${some} of ${counted(Number(told), "replica")} at work`;
  return `${some} at work of ${counted(replicas.length, "replica")} that joined`;
}
