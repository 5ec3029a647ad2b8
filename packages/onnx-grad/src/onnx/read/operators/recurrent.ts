/** Recurrent networks: LSTM, GRU and RNN, in one or both directions. */
import { type Shape, sameShape, showShape, type Value } from "../../../graph/value.ts";
import { add } from "../../../ops/elementwise.ts";
import { broadcastTo, concat, reshape, slice, transpose } from "../../../ops/layout.ts";
import { constant } from "../../../ops/leaves.ts";
import { type CellWeights, gruStep, gruStepResetFirst, lstmStep, rnnStep } from "../../../ops/recurrentCells.ts";
import { type ScanStep, scan } from "../../../ops/scan.ts";
import type { NodeReader } from "../nodeReader.ts";
import type { Operator, Operators } from "../operator.ts";
import { unsupported } from "../readError.ts";

/** What tells the operators apart. */
interface Cell {
  /** How many times `units` rows the weights have. */
  readonly gates: number;
  readonly activations: readonly string[];
  /** How many states, which are the inputs from 5 on. */
  readonly numStates: number;
  /** The weights of one direction from W, R and the two biases, and its step. */
  parts(input: Value, recurrent: Value, biases: readonly [Value, Value] | undefined): CellWeights;
  step(x: Value, states: readonly Value[], weights: CellWeights): ScanStep;
}

const attributes = ["activations", "direction", "hidden_size", "layout"];

const sumOfBiases: Cell["parts"] = (input, recurrent, biases) => ({
  input,
  recurrent,
  ...(biases === undefined ? {} : { bias: add(...biases) }),
  transposed: true,
});

/** The recurrent bias of the last gate apart from the others. */
const lastBiasApart: Cell["parts"] = (input, recurrent, biases) => {
  const weights = { input, recurrent, transposed: true };
  if (biases === undefined) return weights;
  const [given, recurring] = biases;
  const units = given.shape[0]! / 3;
  const first = slice(recurring, [0], [2 * units]);
  const bias = add(given, concat([first, broadcastTo(constant(0), [units])], 0));
  return { ...weights, bias, recurrentBias: slice(recurring, [2 * units], [units]) };
};

export const recurrent: Operators = {
  LSTM: {
    attributes: [...attributes, "input_forget"],
    read: (node) => {
      if (node.integer("input_forget", 0) !== 0) throw unsupported("coupled input and forget gates are not supported");
      if (node.has(7)) throw unsupported("peepholes are not supported");
      const activations = ["Sigmoid", "Tanh", "Tanh"];
      return readCell(node, { gates: 4, activations, numStates: 2, parts: sumOfBiases, step: lstmStep });
    },
  },
  GRU: {
    attributes: [...attributes, "linear_before_reset"],
    read: (node) => {
      const isAfter = node.integer("linear_before_reset", 0) !== 0;
      const kind = isAfter ? { parts: lastBiasApart, step: gruStep } : { parts: sumOfBiases, step: gruStepResetFirst };
      return readCell(node, { gates: 3, activations: ["Sigmoid", "Tanh"], numStates: 1, ...kind });
    },
  },
  RNN: {
    attributes,
    read: (node) =>
      readCell(node, { gates: 1, activations: ["Tanh"], numStates: 1, parts: sumOfBiases, step: rnnStep }),
  },
};

const directions: Readonly<Record<string, readonly boolean[]>> = {
  forward: [false],
  reverse: [true],
  bidirectional: [false, true],
};

/** Y, all steps of the first state, and the last of each; X, the states and these with the batch first where `layout` is 1. */
function readCell(node: NodeReader, cell: Cell): ReturnType<Operator["read"]> {
  const direction = node.text("direction", "forward");
  const reverses = directions[direction];
  if (reverses === undefined) throw unsupported(`direction "${direction}" is not supported`);
  requireDefaults(node, cell, reverses.length);
  const isBatchFirst = node.integer("layout", 0) !== 0;
  /** Between [batch × a × …] and [a × batch × …]. */
  const exchanged = (x: Value): Value =>
    isBatchFirst ? transpose(x, [1, 0, ...x.shape.map((_, i) => i).slice(2)]) : x;
  const x = exchanged(node.float(0));
  const [steps, batch] = x.shape as [number, number];
  requireWholeSequences(node, steps);
  const units = node.shape(2)[2]!;
  const hidden = node.integer("hidden_size", units);
  if (hidden !== units) throw new Error(`hidden_size must be ${units}, the last size of R, got ${hidden}`);
  const rows = cell.gates * units;
  requireSizes(node, 1, {
    W: [reverses.length, rows, x.shape[2]!],
    R: [reverses.length, rows, units],
    B: [reverses.length, 2 * rows],
  });
  const ofState = isBatchFirst ? [batch, reverses.length, units] : [reverses.length, batch, units];
  requireSizes(node, 5, { initial_h: ofState, ...(cell.numStates > 1 && { initial_c: ofState }) });
  const results = reverses.map((reverse, at) => {
    const weights = cell.parts(partOf(node.float(1), at), partOf(node.float(2), at), biasesOf(node, at));
    const states = Array.from({ length: cell.numStates }, (_, i) =>
      node.has(5 + i) ? partOf(exchanged(node.float(5 + i)), at) : broadcastTo(constant(0), [batch, units]),
    );
    const step = ([slice]: readonly Value[], before: readonly Value[]): ScanStep => cell.step(slice!, before, weights);
    return scan(step, { sequences: [x], states, reverse, label: node.name });
  });
  const all = results.map(({ outputs }) => reshape(outputs[0]!, [steps, 1, batch, units]));
  const y = concat(all, 1);
  const last = Array.from({ length: cell.numStates }, (_, i) =>
    exchanged(
      concat(
        results.map(({ states }) => reshape(states[i]!, [1, batch, units])),
        0,
      ),
    ),
  );
  return [isBatchFirst ? transpose(y, [2, 0, 1, 3]) : y, ...last];
}

/** Throws unless the inputs from `first` on have these shapes where they are given. */
function requireSizes(node: NodeReader, first: number, shapes: Readonly<Record<string, Shape>>): void {
  for (const [i, [name, shape]] of Object.entries(shapes).entries()) {
    if (!node.has(first + i) || sameShape(node.shape(first + i), shape)) continue;
    throw new Error(`${name} must be ${showShape(shape)}, got ${showShape(node.shape(first + i))}`);
  }
}

/** Slice `at` of the first axis. */
function partOf(x: Value, at: number): Value {
  const shape = x.shape.slice(1);
  return reshape(slice(x, [at, ...shape.map(() => 0)], [1, ...shape]), shape);
}

/** Those of the input and of the recurrent part, one after another in the file. */
function biasesOf(node: NodeReader, at: number): readonly [Value, Value] | undefined {
  if (!node.has(3)) return undefined;
  const both = partOf(node.float(3), at);
  const half = both.shape[0]! / 2;
  return [slice(both, [0], [half]), slice(both, [half], [half])];
}

function requireDefaults(node: NodeReader, { activations }: Cell, numDirections: number): void {
  const given = node.texts("activations") ?? [];
  const wanted = Array.from({ length: numDirections }, () => activations).flat();
  if (given.length > 0 && given.join().toLowerCase() !== wanted.join().toLowerCase())
    throw unsupported(`activations ${given.join(", ")} are not supported, ${wanted.join(", ")} are`);
}

/** Lengths of sequences may be given where they are those of all steps. */
function requireWholeSequences(node: NodeReader, steps: number): void {
  if (!node.has(4)) return;
  const isWhole = node.isKnown(4) && node.known(4).every((length) => length === steps);
  if (!isWhole)
    throw unsupported(`sequence lengths (sequence_lens) are not supported, but known ones of all ${steps} steps`);
}
