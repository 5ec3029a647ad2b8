/** ONNX models as networks of our graphs. */
import { recordOf } from "../graph/recordOf.ts";
import { optionRules, requireOptions } from "../graph/requirements.ts";
import { type DType, type Shape, sameShape, showShape, sizeOf, type Value } from "../graph/value.ts";
import { initialiseInto } from "../layers/initialiseInto.ts";
import type { RandomSource } from "../layers/initialisers.ts";
import {
  buildNetwork,
  type InputSpec,
  type Network,
  type NetworkContext,
  type NetworkDefinition,
  type NetworkMode,
  type ParameterKind,
  type Values,
} from "../layers/network.ts";
import { uniqueNames } from "../layers/uniqueNames.ts";
import { changedFile, type ModelChanges } from "./read/changedFile.ts";
import { constantOf, type GraphState } from "./read/nodeReader.ts";
import { type FileInput, type OnnxFile, onnxFile } from "./read/onnxFile.ts";
import { readError } from "./read/readError.ts";
import { readGraph, requireOperators } from "./read/readGraph.ts";
import type { ExternalDataReader, StoredTensor } from "./read/storedTensor.ts";
import { floatOf, integerOf, isFraction, known, largestTensor, type Tensor } from "./read/tensor.ts";

/** Options of `readOnnx`. */
export interface ReadOnnxOptions {
  /** Sizes of the inputs' axes that the model names instead, such as { batch: 32 }. */
  readonly dimensions?: Readonly<Record<string, number>>;
  /** Whole shapes of inputs by name, for axes without a name. */
  readonly shapes?: Readonly<Record<string, Shape>>;
  /** Inputs that stay as they are, row-major: those that decide about shapes must be here. */
  readonly constants?: Readonly<Record<string, ArrayLike<number>>>;
  /**
   * Which stored float tensors are parameters, of those that operations compute with: by default all initializers that have an axis,
   * and all nodes `Constant` of more than one element, but zeros along several axes: the initial states of recurrent layers.
   */
  readonly isParameter?: (name: string, shape: Shape) => boolean;
  /** Whether batch norm takes the batch's statistics in training, and dropout drops. By default both are as in inference. */
  readonly trainable?: boolean;
  /** Parameters that will not move: trainable batch norms whose scale is one keep the stored statistics, and stay as in inference. */
  readonly isFrozen?: (name: string) => boolean;
  /**
   * Gives the bytes of tensors that lie in other files. The location comes from the model: check that it stays where it may.
   * Without this function such models are refused.
   */
  readonly externalData?: ExternalDataReader;
  /** What is changed of the model before it is read. */
  readonly changes?: ModelChanges;
}

const rules = {
  dimensions: optionRules.record,
  shapes: optionRules.record,
  constants: optionRules.record,
  isParameter: optionRules.callable,
  trainable: optionRules.flag,
  isFrozen: optionRules.callable,
  changes: optionRules.record,
  externalData: optionRules.callable,
};

/** An ONNX model as a network. */
export interface OnnxModel {
  /** The inputs that are no constants; names of tensors that `input` would not take have other characters replaced by `_`. */
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly (number | string | undefined)[];
    readonly dtype: DType;
  }[];
  readonly outputs: readonly string[];
  /** Version of the standard operators that the model is written in. */
  readonly opset: number;
  /** What the option `changes` has changed, a sentence each. */
  readonly changes: readonly string[];
  /** The model applied to values: any network may be built around it. Shapes are those of the values. */
  readonly definition: NetworkDefinition<Values, Values>;
  /** The network of inputs with the shapes of the model and the options. */
  network(mode?: NetworkMode): Network<Values, Values>;
  /** The stored weights of a network's parameters in its flat layout, as float32; those of a new head are 0. */
  weights(network: Pick<Network, "parameters" | "numParams">): Float32Array<ArrayBuffer>;
  /** The stored mean and variance of the batch norms that the option `trainable` has made trainable, by the names of the network's inputs. */
  statistics(): Readonly<Record<string, Float32Array>>;
}

/**
 * The ONNX model in `bytes`, of the standard operators' versions 7 to 21.
 *
 * Floats of every width are float32 here, weights that operations compute with are parameters under their names, and what
 * depends on known numbers only is computed while a network is built. Integers that a graph computes are exact up to 2²⁴.
 *
 * @throws TypeError or RangeError for wrong options; Error for bytes that are no model, and one that lists every
 *   node whose operator, attribute or shape is not supported: of operators and attributes at once, of shapes when a network is built
 */
export function readOnnx(bytes: Uint8Array, options: ReadOnnxOptions = {}): OnnxModel {
  requireOptions("readOnnx", options, rules);
  const { file, changes } = changedFile(onnxFile(bytes, options.externalData), options.changes);
  requireOperators(file);
  // A network of one input calls it `inputs`, and its training has `targets`: no parameter may be called so.
  const ofTraining = ["inputs", "targets"].filter((taken) => !file.inputs.some(({ name }) => name === taken));
  const nameFor = uniqueNames(["labels", ...ofTraining]);
  const given = constantsOf(file, options.constants ?? {});
  const inputs = file.inputs.filter(({ name }) => !given.has(name));
  const names = inputs.map(({ name }) => nameFor(name));
  const statistics = new Map<string, Float32Array>();
  let isBuilt = false;

  const definition: NetworkDefinition<Values, Values> = (context, values) => {
    const tensors = new Map(given);
    for (const [i, input] of inputs.entries()) tensors.set(input.name, inputTensor(input, values[names[i]!]));
    const state = stateOf(file, context, options, { nameFor, statistics });
    const results = readGraph(file, tensors, state);
    isBuilt = true;
    return recordOf(results.map(({ value }, i) => [file.outputs[i]!, floatOf(value)] as const));
  };
  const network = (mode: NetworkMode = "evaluation"): Network<Values, Values> =>
    buildNetwork(definition, recordOf(inputs.map((input, i) => [names[i]!, specOf(input, options)] as const)), mode);

  return {
    inputs: inputs.map(({ shape, type }, i) => ({
      name: names[i]!,
      shape,
      dtype: isFraction(type) ? "float32" : "int32",
    })),
    outputs: file.outputs,
    opset: file.opset,
    changes,
    definition,
    network,
    weights({ parameters, numParams }) {
      const weights = new Float32Array(numParams);
      const none: RandomSource = { uniformInto: (out) => out.fill(0.5), normalInto: (out) => out.fill(0) };
      initialiseInto(weights, parameters, none);
      return weights;
    },
    statistics() {
      if (!isBuilt) network("evaluation");
      return recordOf(statistics);
    },
  };
}

/** The option `constants` as tensors. */
function constantsOf(file: OnnxFile, constants: Readonly<Record<string, ArrayLike<number>>>): Map<string, Tensor> {
  return new Map(
    Object.entries(constants).map(([name, data]) => {
      const input = file.inputs.find((one) => one.name === name);
      if (input === undefined) throw readError(`constants: there is no input "${name}", but ${namesOf(file.inputs)}`);
      const shape = input.shape.map((size) =>
        typeof size === "number" ? size : input.shape.length === 1 ? data.length : 0,
      );
      if (sizeOf(shape) !== data.length)
        throw readError(`constants: "${name}" ${showShape(shape)} takes ${sizeOf(shape)} numbers, got ${data.length}`);
      return [name, { type: input.type, value: known([...Array.from(data)], shape) }] as const;
    }),
  );
}

const namesOf = (inputs: readonly FileInput[]): string => inputs.map(({ name }) => name).join(", ") || "none";

/** The value given for an input, whose sizes must be those that the model states. */
function inputTensor({ name, type, shape }: FileInput, value: Value | undefined): Tensor {
  if (value === undefined) throw readError(`the input "${name}" is missing`);
  const fits = shape.map((size, axis) => (typeof size === "number" ? size : (value.shape[axis] ?? -1)));
  if (!sameShape(fits, value.shape))
    throw readError(
      `input "${name}" must be [${shape.map((size) => size ?? "?").join("×")}], got ${showShape(value.shape)}`,
    );
  const isInteger = !isFraction(type);
  return { type, value: isInteger ? integerOf(value) : floatOf(value) };
}

/** The shape of an input with the options' sizes. */
function specOf({ name, type, shape }: FileInput, { dimensions = {}, shapes = {} }: ReadOnnxOptions): InputSpec {
  const sizes = shape.map((size, axis) => {
    if (typeof size === "number") return size;
    const bound = shapes[name]?.[axis] ?? (size === undefined ? undefined : dimensions[size]);
    if (bound === undefined)
      throw readError(
        size === undefined
          ? `axis ${axis} of input "${name}" has no size; give shapes: { "${name}": […] }`
          : `axis ${axis} of input "${name}" has the size "${size}"; give dimensions: { ${size}: … }`,
      );
    return bound;
  });
  if (!sizes.every((size) => Number.isSafeInteger(size) && size > 0))
    throw readError(`input "${name}": sizes must be positive integers, got ${showShape(sizes)}`, sizes.includes(0));
  if (sizeOf(sizes) > largestTensor) throw readError(`input "${name}" ${showShape(sizes)} is too large`);
  return { shape: sizes, dtype: isFraction(type) ? "float32" : "int32" };
}

function isZero(stored: StoredTensor): boolean {
  const elements = new Float64Array(sizeOf(stored.shape));
  stored.copyInto(elements);
  return elements.every((x) => x === 0);
}

/** What is kept from one network of the model to the next. */
interface Kept {
  readonly nameFor: (key: string) => string;
  readonly statistics: Map<string, Float32Array>;
}

/** What handlers ask of the model, for one network. */
function stateOf(file: OnnxFile, context: NetworkContext, options: ReadOnnxOptions, kept: Kept): GraphState {
  const byDefault = (stored: StoredTensor): boolean => {
    const { name, shape } = stored;
    if (file.initializers.has(name)) return shape.length > 0;
    return sizeOf(shape) > 1 && !(shape.length > 1 && isZero(stored));
  };
  const { isParameter, isFrozen = () => false, trainable = false } = options;
  const declared = new Map<StoredTensor, Tensor>();
  const trains = (stored: StoredTensor): boolean => {
    const { name, type, shape, initialiser } = stored;
    if (initialiser !== undefined) return true;
    return isFraction(type) && sizeOf(shape) > 0 && (isParameter?.(name, shape) ?? byDefault(stored));
  };
  return {
    opset: file.opset,
    context,
    trainable,
    isParameter: trains,
    isFrozen: (value) => value.op === "input" && isFrozen(value.attributes.name),
    nameFor: kept.nameFor,
    keepStatistics(name, mean, variance) {
      kept.statistics.set(`${name}.mean`, Float32Array.from(mean));
      kept.statistics.set(`${name}.variance`, Float32Array.from(variance));
    },
    declare(stored) {
      const there = declared.get(stored);
      if (there !== undefined) return there;
      const { type, shape, name } = stored;
      const value = trains(stored)
        ? context.parameter(
            kept.nameFor(name),
            shape,
            stored.initialiser ?? ((out) => stored.copyInto(out)),
            kindOf(file, name, shape),
          )
        : constantOf(stored);
      const tensor = { type, value };
      declared.set(stored, tensor);
      return tensor;
    },
  };
}

const normalisations: readonly string[] = [
  "BatchNormalization",
  "GroupNormalization",
  "InstanceNormalization",
  "LayerNormalization",
];

/** What a stored tensor is to optimizers: of normalisations, a vector, or a weight. */
function kindOf({ nodes }: OnnxFile, name: string, shape: Shape): ParameterKind {
  if (nodes.some(({ opType, inputs }) => normalisations.includes(opType) && inputs.includes(name)))
    return "normalization";
  return shape.length <= 1 ? "bias" : "weight";
}
