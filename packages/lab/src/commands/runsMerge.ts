import { InputError, printable } from "entropy-sgd-training";
import { mergeRuns } from "../experiments/mergeRuns.ts";
import { counted } from "../statistics/words.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, lockHooks, writeJson } from "./context.ts";
import { collect } from "./options.ts";

/** Options of `entropy-sgd runs merge`. */
export interface RunsMergeCommand {
  readonly from: readonly string[];
  readonly json?: boolean;
}

/** `entropy-sgd runs merge`. */
export const definition: CommandDefinition = {
  examples: ["runs/whole --from runs/part-1 --from runs/part-2 --from runs/part-3"],
  declare: (command, context, done) =>
    json(command)
      .description(
        "Put the runs of one experiment together that were trained in parts, by --shard; resume makes its table then.",
      )
      .argument("<folder>", "where they are put: new, empty, or with runs of the same experiment")
      .option("--from <folder>", "a part; may be repeated", collect, [])
      .action(async (out: string, options: RunsMergeCommand) => done(await runsMergeCommand(out, options, context))),
};

/** Puts the runs of several folders of one experiment together. Gives the exit code. */
export async function runsMergeCommand(
  out: string,
  { from, json: isJson = false }: RunsMergeCommand,
  context: CommandContext,
): Promise<number> {
  if (from.length === 0) throw new InputError({ name: "--from", rule: "is required: the folders of the parts" });
  const { plan, merged, missing } = await mergeRuns(out, from, lockHooks(context));
  if (isJson) {
    writeJson(context, { out, runs: plan.runs.length, merged, missing });
    return exitCodes.ok;
  }
  const { length } = plan.runs;
  context.stdout.write(`${length - missing.length} of ${counted(length, "run")} are in ${printable(out)}\n`);
  if (missing.length > 0) context.stdout.write(`Have not ended anywhere: ${missing.map(printable).join(", ")}\n`);
  const how = missing.length > 0 ? "trains those and makes the table" : "makes the table";
  context.stdout.write(`npx entropy-sgd resume ${printable(out)} ${how}\n`);
  return exitCodes.ok;
}
