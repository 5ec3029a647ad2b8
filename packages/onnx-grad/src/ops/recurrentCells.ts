/** One step of recurrent networks: [batch × features] and states [batch × units]. */
import type { Value } from "../graph/value.ts";
import { add, mul, sigmoid, sub, tanh } from "./elementwise.ts";
import { slice } from "./layout.ts";
import { constant } from "./leaves.ts";
import { matmul } from "./matmul.ts";
import { split } from "./pieces.ts";
import type { ScanStep } from "./scan.ts";

/** Weights of a cell, the columns of the gates side by side. */
export interface CellWeights {
  /** [features × gates·units]. */
  readonly input: Value;
  /** [units × gates·units]. */
  readonly recurrent: Value;
  /** [gates·units]. */
  readonly bias?: Value;
  /** [units], of the last gate's recurrent part alone (GRU). */
  readonly recurrentBias?: Value;
  /** Whether both matrices are stored with rows in place of columns, as in ONNX. Default false. */
  readonly transposed?: boolean;
}

const one = constant(1);

/** Columns `from` to `to` of a matrix. */
const columns = (x: Value, from: number, to: number): Value => slice(x, [0, from], [x.shape[0]!, to - from]);

/** x W + b, which needs no state. */
function givenPart(x: Value, { input, bias, transposed = false }: CellWeights): Value {
  const product = matmul(x, input, { transposeB: transposed });
  return bias === undefined ? product : add(product, bias);
}

/** h R, of the columns from `from` to `to`. */
function recurrentPart(h: Value, { recurrent, transposed = false }: CellWeights, from?: number, to?: number): Value {
  if (from === undefined || to === undefined) return matmul(h, recurrent, { transposeB: transposed });
  const part = transposed
    ? slice(recurrent, [from, 0], [to - from, recurrent.shape[1]!])
    : columns(recurrent, from, to);
  return matmul(h, part, { transposeB: transposed });
}

/** Elman's network: h' = tanh(x W + h R + b). */
export function rnnStep(x: Value, [h]: readonly Value[], weights: CellWeights): ScanStep {
  const hidden = tanh(add(recurrentPart(h!, weights), givenPart(x, weights)));
  return { states: [hidden], outputs: [hidden] };
}

/** LSTM, gates i, o, f, g; the output is h. */
export function lstmStep(x: Value, [h, c]: readonly Value[], weights: CellWeights): ScanStep {
  const units = h!.shape[1]!;
  const z = add(recurrentPart(h!, weights), givenPart(x, weights));
  const [i, o, f] = split(sigmoid(columns(z, 0, 3 * units)), [units, units, units], 1);
  const g = tanh(columns(z, 3 * units, 4 * units));
  const cell = add(mul(f!, c!), mul(i!, g));
  const hidden = mul(o!, tanh(cell));
  return { states: [hidden, cell], outputs: [hidden] };
}

/** GRU, gates z, r, n, with the reset gate behind the recurrent product; the output is h. */
export function gruStep(x: Value, [h]: readonly Value[], weights: CellWeights): ScanStep {
  const units = h!.shape[1]!;
  const given = givenPart(x, weights);
  const recurring = recurrentPart(h!, weights);
  const [z, r] = gates(add(columns(recurring, 0, 2 * units), columns(given, 0, 2 * units)));
  const inner = columns(recurring, 2 * units, 3 * units);
  const shifted = weights.recurrentBias === undefined ? inner : add(inner, weights.recurrentBias);
  return mixed(z, tanh(add(mul(r, shifted), columns(given, 2 * units, 3 * units))), h!);
}

/** GRU with the reset gate in front of the recurrent product: n = tanh(x Wₙ + (r·h) Rₙ + b). */
export function gruStepResetFirst(x: Value, [h]: readonly Value[], weights: CellWeights): ScanStep {
  const units = h!.shape[1]!;
  const given = givenPart(x, weights);
  const [z, r] = gates(add(recurrentPart(h!, weights, 0, 2 * units), columns(given, 0, 2 * units)));
  const recurring = recurrentPart(mul(r, h!), weights, 2 * units, 3 * units);
  return mixed(z, tanh(add(recurring, columns(given, 2 * units, 3 * units))), h!);
}

/** Both gates of a GRU from their columns side by side. */
function gates(x: Value): readonly [z: Value, r: Value] {
  const units = x.shape[1]! / 2;
  return split(sigmoid(x), [units, units], 1) as [Value, Value];
}

/** (1 − z)·n + z·h. */
function mixed(z: Value, n: Value, h: Value): ScanStep {
  const hidden = add(mul(sub(one, z), n), mul(z, h));
  return { states: [hidden], outputs: [hidden] };
}
