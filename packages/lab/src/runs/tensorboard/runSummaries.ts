/** What of a run TensorBoard shows: the values of each event. */
import { type OuterEvent, printable, type RecordedEvaluation, type RunResult } from "entropy-sgd-training";
import type { NamedTensor, RunModel } from "entropy-sgd-training/formats";
import type { Settings } from "../../settings/settings.ts";
import { plain } from "../../statistics/numbers.ts";
import { histogram, type Summary, scalar, text } from "./summaries.ts";

type NamedValues = Pick<NamedTensor, "name" | "data">;

/** Quantities of the outer steps by their tags. */
const outerScalars = {
  "training/batchLoss": ["batchLoss", "Mean of the mini-batch losses since the last outer step."],
  "training/learningRate": ["learningRate", "Learning rate of the outer step."],
  "training/gradientNorm": ["gradientNorm", "Norm of the last mini-batch gradient."],
  "localEntropy/scope": ["scope", "Scope γ, in units of loss per squared weight."],
  "localEntropy/distance": ["distance", "Distance ‖x' − x‖ before the outer step."],
  "localEntropy/gradientNorm": ["localEntropyGradientNorm", "Norm of the gradient of local entropy, ‖γ(x − μ)‖."],
} as const satisfies Readonly<Record<string, readonly [keyof OuterEvent, string]>>;

/** The values of an outer step; those that the optimizer has. */
export function outerSummaries(event: OuterEvent): Summary[] {
  return Object.entries(outerScalars).flatMap(([tag, [field, description]]) => {
    const value = event[field];
    return value === null ? [] : [scalar(tag, value, description)];
  });
}

/** Loss and metrics of an evaluation on validation and test. */
export function evaluationSummaries(event: RecordedEvaluation): Summary[] {
  const { validationLoss, testLoss, validationError, testError } = event;
  const { validationMetrics = { error: validationError }, testMetrics = { error: testError } } = event;
  return [
    ...partSummaries("validation", { loss: validationLoss, ...validationMetrics }),
    ...partSummaries("test", { loss: testLoss, ...testMetrics }),
  ];
}

function partSummaries(part: "validation" | "test", values: Readonly<Record<string, number | null>>): Summary[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [scalar(`${part}/${name}`, value, `The ${name} on the ${part} data.`)],
  );
}

/** The loss on the training data at the end of a run. */
export function resultSummaries({ trainLoss }: RunResult): Summary[] {
  return trainLoss === null ? [] : [scalar("training/loss", trainLoss, "Loss on the training data at the end.")];
}

/** A histogram of each parameter and each statistic of batch norm. */
export function weightSummaries(tensors: Iterable<NamedValues>): Summary[] {
  return [...tensors].flatMap(
    ({ name, data }) => histogram(`weights/${name}`, data, `The ${data.length} values of ${name}.`) ?? [],
  );
}

/** The tensors of a model at a point. @param params - all parameters, as the layout places them, shape (numParams,) */
export function* tensorsAt({ layout, statistics }: RunModel, params: Float32Array): Iterable<NamedValues> {
  for (const { name, shape, offset } of layout) {
    yield { name, data: params.subarray(offset, offset + shape.reduce((size, length) => size * length, 1)) };
  }
  for (const [name, data] of Object.entries(statistics)) yield { name, data };
}

/** The settings as a table; options of optimizer, task and data are rows of their own. */
export function settingSummaries(settings: Settings): Summary[] {
  const { options, taskOptions, dataOptions, ...own } = settings;
  const named = (owner: string, values: object): [string, unknown][] =>
    Object.entries(values).map(([name, value]) => [`${owner}.${name}`, value]);
  const rows = [
    ...Object.entries(own),
    ...named("options", options),
    ...named("task", taskOptions),
    ...named("data", dataOptions),
  ].map(([name, value]) => `| ${cell(name)} | ${cell(value)} |`);
  return [text("settings", ["| setting | value |", "|---|---|", ...rows].join("\n"), "The settings of the run.")];
}

/** A warning. */
export function warningSummaries(message: string): Summary[] {
  return [text("warnings", escaped(message), "The warnings of the run.")];
}

function cell(value: unknown): string {
  const words = typeof value === "object" && value !== null ? JSON.stringify(value) : plain(value as string | number);
  return escaped(words);
}

/** In one line, and nothing in it is taken for a mark of Markdown. */
function escaped(words: string): string {
  return printable(words).replace(/[\\`*_{}[\]<>()#+!|]/g, "\\$&");
}
