import { Argument } from "commander";
import { InputError } from "entropy-sgd-training";
import { type ReproductionName, reproductionNames } from "../experiments/reproduce/reproductions.ts";
import { type CommandDefinition, placed } from "./commandDefinition.ts";
import { distributed } from "./distribution.ts";
import { collect, count, share } from "./options.ts";
import { reproduceOne } from "./reproduceOne.ts";
import { type ReproduceTableCommand, reproduceTable } from "./reproduceTable.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";

/** The name for all experiments. */
const table = "table";

/** `entropy-sgd reproduce`. */
export const definition: CommandDefinition = {
  examples: [
    "lenet --seeds 2 --parallel 2 --threads 1",
    "mnistfc --scale 0.1",
    "table --max-minutes 60 --scale 0.05 --seeds 1",
    "table --from runs/reproduce-lenet --from runs/reproduce-mnistfc --out docs/results/reproduce",
  ],
  declare: (command, context, done) =>
    distributed(timeLimited(placed(command, "runs/reproduce-NAME, where the same command goes on")))
      .description("Train an experiment of the paper as it was published; print paper, ours and the difference.")
      .addArgument(
        new Argument("<name>", "which experiment; table: all that fit --max-minutes").choices([
          ...reproductionNames,
          table,
        ]),
      )
      .option("--seeds <k>", "seeds 1 … k of each method", count, 3)
      .option("--scale <share>", "share of the published budgets; schedules are shortened in proportion", share, 1)
      .option("--data <folder>", "a folder that holds the experiment's data in another place")
      .option("--threads <n>", "threads of one operation; default: the cores", count)
      .option("--parallel <n>", "runs at a time, each in a process of its own; default: 1", count)
      .option("--report-only", "train nothing: table, figure and report of the runs that are in the folder")
      .option("--from <path>", "of table: a reproduction made before, nothing is trained; may be repeated", collect, [])
      .action(async (name: ReproductionName | typeof table, options: ReproduceTableCommand) =>
        done(
          await withinTime(options.maxMinutes, context, (limited) => {
            requireOwnOptions(name, options);
            return name === table ? reproduceTable(options, limited) : reproduceOne(name, options, limited);
          }),
        ),
      ),
};

/** @throws InputError for an option that has no meaning for the name */
function requireOwnOptions(name: string, { from, data, reportOnly, nats, shard }: ReproduceTableCommand): void {
  const refuse = (option: string, rule: string): never => {
    throw new InputError({ name: option, rule });
  };
  if (name !== table && from.length > 0) refuse("--from", "is of reproduce table");
  if (name === table && data !== undefined) refuse("--data", "is of one experiment, reproduce table has several");
  if (name === table && nats !== undefined) refuse("--nats", "is of one experiment, reproduce table has several");
  if (name === table && shard !== undefined) refuse("--shard", "is of one experiment, reproduce table has several");
  if (name === table && reportOnly) refuse("--report-only", "is of one experiment; reproduce table has --from");
}
