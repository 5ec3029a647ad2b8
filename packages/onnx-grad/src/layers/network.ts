/**
 * Networks as plain functions from a context and an input to logits.
 *
 * The context is where layers declare what they need from outside: parameters, dropout masks, batch statistics. One
 * definition serves training, recalibration and evaluation; the flat layout is the order in which parameters are declared.
 */
import { detailed, rangeError } from "../graph/errors.ts";
import { requireOneOf } from "../graph/requirements.ts";
import type { Shape, Value } from "../graph/value.ts";
import { showShape, sizeOf } from "../graph/value.ts";
import { input } from "../ops/leaves.ts";
import type { Initialiser } from "./initialisers.ts";

/** What a parameter is, so that optimizers can treat biases and normalisation apart. */
export type ParameterKind = "weight" | "bias" | "normalization";

/** One parameter tensor's place in the flat vector of all parameters. */
export interface ParameterBlock {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly kind: ParameterKind;
}

/** A parameter as the graph sees it. */
export interface Parameter {
  readonly block: ParameterBlock;
  /** The graph input of the same name. */
  readonly value: Value;
  readonly initialiser: Initialiser;
}

/** A dropout mask, given at every training gradient: 0 or 1/keep. */
export interface Mask {
  readonly name: string;
  readonly value: Value;
  readonly keep: number;
}

/** Mean and variance per channel over one batch, and over how many numbers they were taken. */
export interface BatchStatistics {
  readonly name: string;
  readonly mean: Value;
  /** Biased: the mean squared deviation. Times count / (count − 1) it is the unbiased one. */
  readonly variance: Value;
  readonly count: number;
}

/** The statistics that evaluation uses in place of the batch's. */
export interface RunningStatistics {
  readonly name: string;
  readonly mean: Value;
  readonly variance: Value;
}

/** How a network is built: `training` with batch statistics and dropout, `recalibration` without dropout, `evaluation`. */
export type NetworkMode = "training" | "recalibration" | "evaluation";

/** What layers declare through. */
export interface NetworkContext {
  readonly mode: NetworkMode;
  parameter(name: string, shape: Shape, initialiser: Initialiser, kind: ParameterKind): Value;
  /** The graph input `name.mask`, present in training mode only. */
  mask(name: string, shape: Shape, keep: number): Value;
  recordStatistics(statistics: BatchStatistics): void;
  /** The graph inputs `name.mean` and `name.variance`, shape [channels]. */
  runningStatistics(name: string, numChannels: number): RunningStatistics;
}

/** A network: inputs [batch × …] to logits [batch × classes]. */
export type NetworkDefinition = (context: NetworkContext, inputs: Value) => Value;

/** A network built for one mode and batch size. */
export interface Network {
  /** The graph input `inputs`. */
  readonly inputs: Value;
  readonly logits: Value;
  readonly parameters: readonly Parameter[];
  readonly numParams: number;
  readonly masks: readonly Mask[];
  readonly batchStatistics: readonly BatchStatistics[];
  readonly runningStatistics: readonly RunningStatistics[];
}

/**
 * Builds the graph of `definition` for inputs of `inputShape` (batch first).
 *
 * @throws Error if two parameters, masks or statistics share a name; RangeError for another mode
 */
export function buildNetwork(definition: NetworkDefinition, inputShape: Shape, mode: NetworkMode): Network {
  requireOneOf("buildNetwork", "mode", mode, ["training", "recalibration", "evaluation"] satisfies NetworkMode[]);
  const parameters: Parameter[] = [];
  const masks: Mask[] = [];
  const batchStatistics: BatchStatistics[] = [];
  const runningStatistics: RunningStatistics[] = [];
  const names = new Set<string>(["inputs", "labels"]);
  let offset = 0;

  function claim(name: string): string {
    if (names.has(name)) {
      const rule = `the name "${name}" is used twice`;
      const details = { code: "out-of-range", path: "buildNetwork", name, rule } as const;
      throw detailed(new Error(`buildNetwork: ${rule}`), details);
    }
    names.add(name);
    return name;
  }

  const context: NetworkContext = {
    mode,
    parameter(name, shape, initialiser, kind) {
      const value = input(claim(name), shape);
      parameters.push({ block: { name, shape, offset, kind }, value, initialiser });
      offset += sizeOf(shape);
      return value;
    },
    mask(name, shape, keep) {
      const value = input(claim(`${name}.mask`), shape);
      masks.push({ name, value, keep });
      return value;
    },
    recordStatistics(statistics) {
      claim(statistics.name);
      batchStatistics.push(statistics);
    },
    runningStatistics(name, numChannels) {
      const statistics = {
        name,
        mean: input(claim(`${name}.mean`), [numChannels]),
        variance: input(claim(`${name}.variance`), [numChannels]),
      };
      runningStatistics.push(statistics);
      return statistics;
    },
  };
  const inputs = input("inputs", inputShape);
  const logits = definition(context, inputs);
  if (logits.shape.length !== 2 || logits.shape[0] !== inputShape[0]) {
    const rule = `must be [${inputShape[0]} × classes] for inputs ${showShape(inputShape)}`;
    throw rangeError("buildNetwork", "logits", rule, logits.shape, showShape(logits.shape));
  }
  return { inputs, logits, parameters, numParams: offset, masks, batchStatistics, runningStatistics };
}
