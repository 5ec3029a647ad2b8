/**
 * Networks as plain functions from a context and inputs to logits.
 *
 * The context is where layers declare what they need from outside: parameters, dropout masks, batch statistics. One
 * definition serves training, recalibration and evaluation; the flat layout is the order in which parameters are declared.
 */
import { detailed, typeError } from "../graph/errors.ts";
import { recordOf } from "../graph/recordOf.ts";
import { requireFloat, requireOneOf } from "../graph/requirements.ts";
import { type DType, type Shape, sizeOf, type Value } from "../graph/value.ts";
import { input } from "../ops/leaves.ts";
import { type CarriedState, carriedStates } from "./carriedStates.ts";
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
  /**
   * The graph input `name` of shape (batch, ...): the state that the window before left, such as `lstm1.h`. It is zero at the
   * start of a sequence and a constant of the derivative (truncated backpropagation).
   */
  carriedState(name: string, shape: Shape): Value;
  /** What the state of `name` is after this window: the next window's `carriedState`. Every state needs one. */
  carry(name: string, final: Value): void;
}

/** Values by name. */
export type Values = Readonly<Record<string, Value>>;

/** A network: one input or several by name, to logits of any shape, one or several by name. */
export type NetworkDefinition<Inputs = Value, Logits = Value> = (context: NetworkContext, inputs: Inputs) => Logits;

/** The shape of an input, with its dtype where it is not `float32`. */
export type InputSpec = Shape | { readonly shape: Shape; readonly dtype?: DType };

/** A network built for one mode and batch size. */
export interface Network<Inputs = Value, Logits = Value> {
  /** The graph input `inputs`, or the inputs by name. */
  readonly inputs: Inputs;
  readonly logits: Logits;
  readonly parameters: readonly Parameter[];
  readonly numParams: number;
  readonly masks: readonly Mask[];
  readonly batchStatistics: readonly BatchStatistics[];
  readonly runningStatistics: readonly RunningStatistics[];
  /** The states that recurrent layers carry from window to window. */
  readonly carried: readonly CarriedState[];
}

/**
 * Builds the graph of `definition` for one float input of a shape, which is the graph input `inputs`, or for inputs by name.
 *
 * Inputs by name are as `{ tokens: { shape: [32, 20], dtype: "int32" }, lengths: [32] }`.
 *
 * @throws Error if two inputs, parameters, masks, states or statistics share a name, or an input is named `labels`; RangeError
 *   for another mode and for a carried state without a value after the window; TypeError if the logits are no values
 */
export function buildNetwork<Logits extends Value | Values>(
  definition: NetworkDefinition<Value, Logits>,
  inputs: Shape,
  mode: NetworkMode,
): Network<Value, Logits>;
export function buildNetwork<Name extends string, Logits extends Value | Values>(
  definition: NetworkDefinition<Readonly<Record<Name, Value>>, Logits>,
  inputs: Readonly<Record<Name, InputSpec>>,
  mode: NetworkMode,
): Network<Readonly<Record<Name, Value>>, Logits>;
export function buildNetwork(
  definition: NetworkDefinition<never, Value | Values>,
  specs: Shape | Readonly<Record<string, InputSpec>>,
  mode: NetworkMode,
): Network<Value | Values, Value | Values> {
  requireOneOf("buildNetwork", "mode", mode, ["training", "recalibration", "evaluation"] satisfies NetworkMode[]);
  const parameters: Parameter[] = [];
  const masks: Mask[] = [];
  const batchStatistics: BatchStatistics[] = [];
  const runningStatistics: RunningStatistics[] = [];
  const names = new Set<string>(["labels"]);
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

  const states = carriedStates(claim);

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
    carriedState: states.initial,
    carry: states.carry,
  };
  const declare = (name: string, spec: InputSpec): Value =>
    "shape" in spec ? input(claim(name), spec.shape, spec.dtype) : input(claim(name), spec);
  const inputs = isShape(specs)
    ? declare("inputs", specs)
    : recordOf(Object.entries(specs).map(([name, spec]) => [name, declare(name, spec)] as const));
  const logits = definition(context, inputs as never);
  const outputs = isValue(logits) ? [logits] : Object.values(logits ?? {});
  if (outputs.length === 0) throw typeError("buildNetwork", "the network", "must give logits", logits, String(logits));
  requireFloat("buildNetwork", "logits", outputs);
  const carried = states.all();
  return { inputs, logits, parameters, numParams: offset, masks, batchStatistics, runningStatistics, carried };
}

const isShape = (specs: Shape | Readonly<Record<string, InputSpec>>): specs is Shape => Array.isArray(specs);
const isValue = (logits: Value | Values): logits is Value => typeof logits?.op === "string";
