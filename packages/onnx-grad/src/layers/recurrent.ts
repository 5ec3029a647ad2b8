/** Recurrent layers: sequences to sequences, with a state that goes from step to step and from window to window. */
import { optionRules, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { broadcastTo, transpose } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { type CellWeights, gruStep, lstmStep } from "../ops/recurrentCells.ts";
import { type ScanStep, scan } from "../ops/scan.ts";
import { type Initialiser, torchDefault } from "./initialisers.ts";
import type { NetworkContext } from "./network.ts";

/** Options of the recurrent layers. */
export interface RecurrentOptions {
  /** Whether the state goes from one window of a text to the next; else each window begins at zero. Default true. */
  readonly carry?: boolean;
  /** Read the sequence from its end; results stay in its order. Default false. */
  readonly reverse?: boolean;
  /** Of both weights; U(±1/√units) when absent, as in PyTorch. */
  readonly initialiser?: Initialiser;
  /** Of the bias; U(±1/√units) when absent. */
  readonly biasInitialiser?: Initialiser;
}

const rules = {
  carry: optionRules.flag,
  reverse: optionRules.flag,
  initialiser: optionRules.callable,
  biasInitialiser: optionRules.callable,
};

/**
 * Long short-term memory: x [batch × steps × features] → [batch × steps × units].
 *
 *   i, o, f = σ(x W + h R + b)    g = tanh(x W + h R + b)    c' = f·c + i·g    h' = o·tanh(c')
 *
 * Parameters `name.weight` W [features × 4·units], `name.bias` b [4·units] and `name.recurrent` R [units × 4·units], with the columns
 * of the gates in the order of ONNX: i, o, f, g. States `name.h` and `name.c`, [batch × units]. Hochreiter and Schmidhuber 1997;
 * forget gates by Gers et al. 2000.
 */
export function lstm(
  context: NetworkContext,
  name: string,
  x: Value,
  units: number,
  options: RecurrentOptions = {},
): Value {
  return recurrent(lstmCell, context, name, x, units, options);
}

/**
 * Gated recurrent units: x [batch × steps × features] → [batch × steps × units].
 *
 *   z, r = σ(x W + h R + b)    n = tanh(x Wₙ + bₙ + r·(h Rₙ + b'))    h' = (1 − z)·n + z·h
 *
 * Parameters `name.weight` [features × 3·units], `name.bias` [3·units] and `name.recurrent` [units × 3·units] with the gates in the
 * order of ONNX, z, r, n, and `name.recurrentBias` b' [units]. State `name.h`, [batch × units]. Cho et al. 2014, in the form of PyTorch.
 */
export function gru(
  context: NetworkContext,
  name: string,
  x: Value,
  units: number,
  options: RecurrentOptions = {},
): Value {
  return recurrent(gruCell, context, name, x, units, options);
}

/** What a kind of layer is made of. */
interface Cell {
  /** The layer's function. */
  readonly kind: string;
  /** How many times `units` columns the weights have. */
  readonly gates: number;
  /** Names of the states; the first one is what the layer gives. */
  readonly states: readonly string[];
  /** Whether the last gate's recurrent part has a bias of its own. */
  readonly hasRecurrentBias: boolean;
  step(x: Value, states: readonly Value[], weights: CellWeights): ScanStep;
}

const lstmCell: Cell = { kind: "lstm", gates: 4, states: ["h", "c"], hasRecurrentBias: false, step: lstmStep };
const gruCell: Cell = { kind: "gru", gates: 3, states: ["h"], hasRecurrentBias: true, step: gruStep };

function recurrent(
  { kind, gates, states, hasRecurrentBias, step }: Cell,
  context: NetworkContext,
  name: string,
  x: Value,
  units: number,
  options: RecurrentOptions,
): Value {
  requireOptions(kind, options, rules);
  const { carry = true, reverse = false } = options;
  const isCount = Number.isSafeInteger(units) && units > 0;
  if (x.shape.length !== 3 || !isCount)
    throw shapeError(kind, name, "the input must be [batch × steps × features], and units a positive integer", [
      x.shape,
    ]);
  const [batch, , features] = x.shape as [number, number, number];
  const { initialiser = torchDefault(units), biasInitialiser = torchDefault(units) } = options;
  const columns = gates * units;
  const weights: CellWeights = {
    input: context.parameter(`${name}.weight`, [features, columns], initialiser, "weight"),
    bias: context.parameter(`${name}.bias`, [columns], biasInitialiser, "bias"),
    recurrent: context.parameter(`${name}.recurrent`, [units, columns], initialiser, "weight"),
    ...(hasRecurrentBias
      ? { recurrentBias: context.parameter(`${name}.recurrentBias`, [units], biasInitialiser, "bias") }
      : {}),
  };
  const initial = states.map((state) =>
    carry ? context.carriedState(`${name}.${state}`, [batch, units]) : broadcastTo(constant(0), [batch, units]),
  );
  const { states: final, outputs } = scan(([slice], before) => step(slice!, before, weights), {
    sequences: [transpose(x, [1, 0, 2])],
    states: initial,
    reverse,
    label: name,
  });
  if (carry) for (const [i, state] of states.entries()) context.carry(`${name}.${state}`, final[i]!);
  return transpose(outputs[0]!, [1, 0, 2]);
}
