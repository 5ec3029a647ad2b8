import {
  type AnySplit,
  type Evaluation,
  InputError,
  isText,
  targetReader,
  throwIfInterrupted,
  wasInterrupted,
} from "entropy-sgd-training";
import { loadExamples } from "entropy-sgd-training/node";
import { sizeOf } from "onnx-grad";
import { type Answered, type BootstrapScores, bootstrapScores } from "../measure/bootstrapScores.ts";
import { type DeployedModel, deployedModel } from "../measure/deployedModel.ts";
import { textTable, widthOf } from "../report/textTable.ts";
import { loadParts, requireSameData } from "../runner/loadParts.ts";
import { readConfig } from "../runs/readRun.ts";
import { metricCell, metricTitle } from "../statistics/metricWords.ts";
import { grouped } from "../statistics/numbers.ts";
import { counted } from "../statistics/words.ts";
import { type CommandDefinition, type Computing, computing, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes, interruptionCode, lockHooks, writeJson } from "./context.ts";
import { count, whole } from "./options.ts";
import { whileWaiting } from "./terminal/whileWaiting.ts";

/** Options of `entropy-sgd evaluate`. */
export interface EvaluateCommand extends Computing {
  readonly data?: string;
  readonly split: "train" | "validation" | "test";
  readonly samples: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** `entropy-sgd evaluate`. */
export const definition: CommandDefinition = {
  examples: ["runs/one", "runs/one --data held-out.csv", "runs/one --split validation --samples 2000 --json"],
  declare: (command, context, done) =>
    computing(json(command))
      .description("Print loss and metrics of a trained network with 95 % bootstrap intervals over the examples.")
      .argument("<run>", "run folder")
      .option("--data <path>", "a file or folder of examples with their targets; default: the run's own data")
      .addOption(
        command
          .createOption("--split <name>", "part of the run's own data")
          .choices(["train", "validation", "test"])
          .default("test"),
      )
      .option("--samples <n>", "bootstrap samples", count, 1000)
      .option("--seed <n>", "seed of the samples", whole, 0)
      .action(async (run: string, options: EvaluateCommand) => done(await evaluateCommand(run, options, context))),
};

/** Prints metrics with their intervals. Gives the exit code. */
export async function evaluateCommand(run: string, options: EvaluateCommand, context: CommandContext): Promise<number> {
  const { signal } = context;
  const model = await deployedModel(run, options);
  try {
    const { name, split } = await examplesOf(run, options, model, context);
    if (split.numExamples === 0)
      throw new InputError({ path: run, rule: `must be evaluated on one example or more, ${name} has none` });
    let scores: EvaluatedScores | null = null;
    const interrupted = await wasInterrupted(async () => {
      const { samples: numSamples, seed } = options;
      if (isText(split)) {
        const stopWaiting = whileWaiting(context.stderr, `evaluating ${grouped(split.tokens.length)} tokens`);
        scores = withoutIntervals(await model.evaluate(split, signal).finally(stopWaiting));
        return;
      }
      const answered = await answeredBy(model, split, signal);
      const onSample = (): void => throwIfInterrupted(signal);
      scores = bootstrapScores(model.task, model.spec.outputShape, answered, { numSamples, seed, onSample });
    });
    if (interrupted || scores === null) return interruptionCode(signal);
    tell(run, name, split.numExamples, scores, options, context);
    return exitCodes.ok;
  } finally {
    await model.close();
  }
}

/** The examples that are asked for, as the network takes them. */
async function examplesOf(
  run: string,
  { data, split }: EvaluateCommand,
  model: DeployedModel,
  context: CommandContext,
): Promise<{ readonly name: string; readonly split: AnySplit }> {
  if (data !== undefined) {
    const { name, examples } = loadExamples(data, model.preparation, { withTargets: true });
    return { name, split: model.fitted(examples) };
  }
  const { data: own } = await loadParts(model.record.settings, { run, ...lockHooks(context) });
  requireSameData(run, readConfig(run).dataChecksum, own);
  return { name: `the ${split} part of ${own.name}`, split: own[split] };
}

/** Scores, and whether they have intervals. */
type EvaluatedScores = BootstrapScores & { readonly intervals?: boolean };

/** Of a text, whose tokens depend on those before them: samples drawn with replacement would say nothing. */
function withoutIntervals({ loss, metrics }: Evaluation): EvaluatedScores {
  const estimates = Object.entries({ loss, ...metrics }).map(([name, value]) => [
    name,
    { value, low: null, high: null },
  ]);
  return { estimates: Object.fromEntries(estimates), tables: undefined, intervals: false };
}

async function answeredBy(model: DeployedModel, split: AnySplit, signal: AbortSignal): Promise<Answered> {
  const { outputShape } = model.spec;
  const { dtype, shape } = model.task.targetsOf(outputShape);
  const { numExamples } = split;
  const [outputSize, targetSize] = [sizeOf(outputShape), sizeOf(shape)];
  const outputs = new Float32Array(numExamples * outputSize);
  const targets =
    dtype === "int32" ? new Int32Array(numExamples * targetSize) : new Float32Array(numExamples * targetSize);
  const readTarget = targetReader(split);
  for (let i = 0; i < numExamples; i++) readTarget(targets, i * targetSize, i);
  await model.outputs(split, (own, start) => outputs.set(own, start * outputSize), signal);
  return { outputs, targets, numExamples };
}

function tell(
  run: string,
  data: string,
  numExamples: number,
  { estimates, tables, intervals = true }: EvaluatedScores,
  { samples, seed, json: isJson = false }: EvaluateCommand,
  context: CommandContext,
): void {
  if (isJson) {
    const interval = intervals && { level: 0.95, method: "percentile bootstrap over examples", samples, seed };
    writeJson(context, { run, data, numExamples, ...estimates, interval, ...(tables && { tables }) });
    return;
  }
  const rows = Object.entries(estimates).map(([name, { value, low, high }]) => [
    metricTitle(name),
    metricCell(name, value),
    low === null || high === null ? "–" : `${metricCell(name, low)} to ${metricCell(name, high)}`,
  ]);
  const { stdout } = context;
  stdout.write(`${textTable(["metric", "value", "95 % interval"], rows, widthOf(stdout))}\n\n`);
  const how = intervals
    ? `${counted(numExamples, "example")}; intervals by ${samples} bootstrap samples of the examples, not over seeds`
    : `${counted(numExamples, "window")}, every token counted once; no intervals, since tokens depend on one another`;
  stdout.write(`${run} on ${data}, ${how}\n`);
}
