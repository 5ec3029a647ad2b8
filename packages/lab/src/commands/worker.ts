import { statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Option } from "commander";
import { detailsOf } from "entropy-sgd";
import { type DeviceChoice, InputError, printable } from "entropy-sgd-training";
import { dataSetNames, isThere } from "entropy-sgd-training/node";
import { makeFolder } from "../io/files.ts";
import { deviceChoices } from "../settings/settings.ts";
import { fixed } from "../statistics/numbers.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, interruptionCode } from "./context.ts";
import { nameOnServer, usualQueue } from "./distribution.ts";
import { count, heartbeat } from "./options.ts";
import { writeLine } from "./terminal/writeLine.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** Options of `entropy-sgd worker`. */
export interface WorkerCommand {
  readonly nats: string;
  readonly queue: string;
  readonly data?: string;
  readonly models?: string;
  readonly threads?: number;
  readonly device?: DeviceChoice;
  readonly allowModules?: boolean;
  readonly shared?: string;
  readonly out: string;
  readonly heartbeat?: number;
  readonly maxMinutes?: number;
}

/** `entropy-sgd worker`. */
export const definition: CommandDefinition = {
  examples: ["--nats nats://host:4222", "--nats nats://host:4222 --data /data/pictures --threads 4 --device auto"],
  declare: (command, context, done) =>
    timeLimited(command)
      .description(
        "Train the runs that experiments with --nats have put on a queue, one after the other, until a signal.",
      )
      .requiredOption("--nats <address>", "the NATS server with the queue, such as nats://host:4222")
      .option("--queue <name>", "name of the queue", nameOnServer, usualQueue)
      .option("--data <folder>", "a folder that holds the runs' data in another place than the experiment's")
      .option("--models <folder>", "a folder with the ONNX models and modules of runs, by the names of their files")
      .option("--threads <n>", "threads of one operation; default: as the experiment says, or the cores", count)
      .addOption(new Option("--device <name>", "what computes; default: as the experiment says").choices(deviceChoices))
      .option("--allow-modules", "train networks in modules too, which executes the code in them")
      .option("--shared <folder>", "the folder that experiments with --shared have their runs in")
      .option("--out <folder>", "where runs are trained that are sent back", join("runs", "worker"))
      .option(
        "--heartbeat <seconds>",
        "seconds between signs of life, which the first worker of a queue says for all; default: that of the queue, or 10",
        heartbeat,
      )
      .action(async (options: WorkerCommand) =>
        done(await withinTime(options.maxMinutes, context, (limited) => workerCommand(options, limited))),
      ),
};

/** Works until a signal; the run at hand goes back to the queue with a checkpoint. Gives the exit code. */
export async function workerCommand(options: WorkerCommand, context: CommandContext): Promise<number> {
  const { nats, queue: name, data, models, threads, device, allowModules = false, shared, out } = options;
  for (const [option, folder] of Object.entries({ "--models": models, "--shared": shared }))
    if (folder !== undefined) requireFolder(option, folder);
  // A name is that of known data, which come with the program or were fetched.
  if (data !== undefined && !dataSetNames.includes(data) && !isThere(data))
    throw new InputError({ name: "--data", rule: "must be a folder or file that is there", value: data });
  makeFolder(out);
  const { signal, stderr, checkpointRequests: requests } = context;
  const onWords = (words: string): void => writeLine(stderr, printable(words));
  const { jetStreamQueue } = await import("entropy-sgd-cluster");
  const { withServer } = await import("../experiments/serverConnection.ts");
  const { pieceWorker } = await import("../experiments/queue/pieceWorker.ts");
  await withServer(nats, async (connection) => {
    const worker = `${hostname()}-${process.pid}`;
    const { heartbeat } = options;
    const beats = heartbeat === undefined ? {} : { heartbeat: Math.ceil(1000 * heartbeat) };
    const onLapse = (id: string, silence: number): void => onWords(`${id}: ${lapseWords(silence)}`);
    const queue = jetStreamQueue(connection, { name, worker, ...beats, onLapse });
    onWords(`${worker} works on the queue ${name} of ${nats}; Ctrl-C gives the run at hand back`);
    const place = { worker, out, models, shared, allowModules, requests, dataFolder: data, threads, device };
    await queue.work(pieceWorker({ ...place, onWords }), signal).catch((error: unknown) => {
      throw refusedHeartbeat(error);
    });
  });
  return signal.aborted ? interruptionCode(signal) : exitCodes.ok;
}

function lapseWords(silence: number): string {
  const away = `the server was not reached for ${fixed(silence / 1000, 0)} s, more than three heartbeats`;
  return `${away}: another worker may have been given the run; the first to end counts`;
}

/** A heartbeat that is not the queue's, as an InputError; any other error as it is. */
function refusedHeartbeat(error: unknown): unknown {
  const { code, rule = "" } = detailsOf(error) ?? {};
  return code === "other-heartbeat" ? new InputError({ name: "--heartbeat", rule }) : error;
}

/** @throws InputError for a folder that is not there */
function requireFolder(name: string, path: string): void {
  if (!isThere(path) || !statSync(path).isDirectory())
    throw new InputError({ name, rule: "must be a folder that is there", value: path });
}
