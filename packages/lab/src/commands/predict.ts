import { extname } from "node:path";
import { InputError, throwIfInterrupted, wasInterrupted } from "entropy-sgd-training";
import { loadExamples } from "entropy-sgd-training/node";
import { sizeOf } from "onnx-grad";
import { type Cell, csv } from "../io/csv.ts";
import { writeWhole } from "../io/files.ts";
import { answersFor } from "../measure/answers.ts";
import { deployedModel } from "../measure/deployedModel.ts";
import { counted } from "../statistics/words.ts";
import { type CommandDefinition, type Computing, computing } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, interruptionCode } from "./context.ts";

/** Options of `entropy-sgd predict`. */
export interface PredictCommand extends Computing {
  readonly data: string;
  /** Standard output when absent. */
  readonly out?: string;
  readonly format?: "csv" | "json";
}

/** `entropy-sgd predict`. */
export const definition: CommandDefinition = {
  examples: ["runs/one --data new.csv --out predictions.csv", "runs/one --data pictures --format json"],
  declare: (command, context, done) =>
    computing(command)
      .description("Write what a trained network answers for new examples, read as those of its training were.")
      .argument("<run>", "run folder")
      .requiredOption("--data <path>", "a file or folder of examples; targets are not needed and not read")
      .option("--out <file>", "a .csv or .json file; default: standard output")
      .addOption(command.createOption("--format <format>", "of standard output; default: csv").choices(["csv", "json"]))
      .action(async (run: string, options: PredictCommand) => done(await predictCommand(run, options, context))),
};

/** Writes the predictions for new examples. Gives the exit code. */
export async function predictCommand(
  run: string,
  { data, out, format, ...compute }: PredictCommand,
  context: CommandContext,
): Promise<number> {
  const form = formatOf(out, format);
  const model = await deployedModel(run, compute);
  try {
    if (model.preparation.text !== undefined) {
      throw new InputError({ path: run, rule: "a language model answers with text: entropy-sgd sample" });
    }
    const { examples, nameOf } = loadExamples(data, model.preparation, { withTargets: false });
    const { columns, of } = answersFor(model.task, model.spec.outputShape, model.preparation);
    const size = sizeOf(model.spec.outputShape);
    const rows: Cell[][] = [];
    const interrupted = await wasInterrupted(async () => {
      const { signal } = context;
      await model.outputs(
        model.fitted(examples),
        (outputs, start, number) => {
          for (let i = 0; i < number; i++)
            rows.push([nameOf(start + i), ...of(outputs.subarray(i * size, (i + 1) * size))]);
        },
        signal,
      );
      throwIfInterrupted(signal);
    });
    // A part of the predictions would look like all of them.
    if (interrupted) return interruptionCode(context.signal);
    const head = ["example", ...columns];
    const text = form === "csv" ? csv([head, ...rows]) : jsonOf(head, rows);
    if (out === undefined) context.stdout.write(text);
    else {
      writeWhole(out, text);
      context.stderr.write(`${counted(rows.length, "prediction")} in ${out}\n`);
    }
    return exitCodes.ok;
  } finally {
    await model.close();
  }
}

function formatOf(out: string | undefined, format: PredictCommand["format"]): "csv" | "json" {
  const named = out === undefined ? undefined : ({ ".csv": "csv", ".json": "json" } as const)[extname(out)];
  if (out !== undefined && named === undefined) {
    throw new InputError({ name: "--out", rule: "must end in .csv or .json", value: out });
  }
  if (named !== undefined && format !== undefined && named !== format) {
    throw new InputError({ name: "--format", rule: `must be ${named}, as the end of ${out} says`, value: format });
  }
  return named ?? format ?? "csv";
}

/** A list of objects, one on each line. */
function jsonOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = rows.map((row) => JSON.stringify(Object.fromEntries(head.map((name, i) => [name, row[i]]))));
  return `[\n${lines.join(",\n")}\n]\n`;
}
