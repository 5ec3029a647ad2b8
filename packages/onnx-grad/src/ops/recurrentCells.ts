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
  readonly bias: Value;
  /** [units], of the last gate's recurrent part alone (GRU). */
  readonly recurrentBias?: Value;
}

const one = constant(1);

/** Columns `from` to `to` of a matrix. */
const columns = (x: Value, from: number, to: number): Value => slice(x, [0, from], [x.shape[0]!, to - from]);

/** LSTM, gates i, o, f, g; the output is h. */
export function lstmStep(x: Value, [h, c]: readonly Value[], { input, recurrent, bias }: CellWeights): ScanStep {
  const units = h!.shape[1]!;
  const z = add(matmul(h!, recurrent), add(matmul(x, input), bias));
  const [i, o, f] = split(sigmoid(columns(z, 0, 3 * units)), [units, units, units], 1);
  const g = tanh(columns(z, 3 * units, 4 * units));
  const cell = add(mul(f!, c!), mul(i!, g));
  const hidden = mul(o!, tanh(cell));
  return { states: [hidden, cell], outputs: [hidden] };
}

/** GRU, gates z, r, n, with the reset gate behind the recurrent product; the output is h. */
export function gruStep(
  x: Value,
  [h]: readonly Value[],
  { input, recurrent, bias, recurrentBias }: CellWeights,
): ScanStep {
  const units = h!.shape[1]!;
  const given = add(matmul(x, input), bias);
  const recurring = matmul(h!, recurrent);
  const [z, r] = split(sigmoid(add(columns(recurring, 0, 2 * units), columns(given, 0, 2 * units))), [units, units], 1);
  const inner = columns(recurring, 2 * units, 3 * units);
  const shifted = recurrentBias === undefined ? inner : add(inner, recurrentBias);
  const n = tanh(add(mul(r!, shifted), columns(given, 2 * units, 3 * units)));
  const hidden = add(mul(sub(one, z!), n), mul(z!, h!));
  return { states: [hidden], outputs: [hidden] };
}
