/** Convolution and pooling along one axis: those of images with one row. */
import { type OptionRule, optionRules, requireFloat, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { conv2d } from "./convolution.ts";
import { reshape } from "./layout.ts";
import { averagePool, maxPool } from "./pooling.ts";
import { convTranspose2d } from "./transposedConvolution.ts";
import { type AutoPad, type WindowOptions, windowRules } from "./window.ts";

/** Options of every window along one axis. */
interface SequenceOptions {
  readonly stride?: number;
  /** Elements added on each side, or [before, after]. */
  readonly padding?: number | readonly [before: number, after: number];
  readonly dilation?: number;
  /** As of `conv2d`. */
  readonly autoPad?: AutoPad;
  readonly label?: string;
}

/** Options of `conv1d`; as of `conv2d`. */
export interface Convolution1dOptions extends SequenceOptions {
  readonly groups?: number;
}

/** Options of `convTranspose1d`; as of `convTranspose2d`. */
export interface ConvTranspose1dOptions extends Convolution1dOptions {
  readonly outputPadding?: number;
}

/** Options of `maxPool1d`; as of `maxPool`. */
export interface Pool1dOptions extends SequenceOptions {
  readonly size: number;
  readonly ceilMode?: boolean;
}

/** Options of `averagePool1d`; as of `averagePool`. */
export interface AveragePool1dOptions extends Pool1dOptions {
  readonly countIncludePad?: boolean;
}

const rules = {
  stride: optionRules.positiveInteger,
  padding: { ...optionRules.countPair, rule: "an integer from 0 on or two of them as [before, after]" },
  dilation: optionRules.positiveInteger,
  autoPad: windowRules.autoPad,
  label: optionRules.text,
};
const convolutionRules = { ...rules, groups: optionRules.positiveInteger };
const transposeRules = { ...convolutionRules, outputPadding: { rule: "an integer from 0 on", holds: isCount } };
const poolRules = {
  ...rules,
  size: { ...optionRules.positiveInteger, required: true as const },
  ceilMode: optionRules.flag,
};
const averageRules = { ...poolRules, countIncludePad: optionRules.flag };

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** `inputs` as images with one row, and the window's options for them; throws in the name of `op`. */
function inOneRow(
  op: string,
  options: SequenceOptions,
  known: Readonly<Record<string, OptionRule>>,
  inputs: readonly Value[],
): { readonly images: readonly Value[]; readonly window: WindowOptions & { readonly label: string } } {
  requireOptions(op, options, known);
  const { stride, padding, dilation = 1, autoPad, label } = options;
  requireFloat(op, label, inputs);
  const shapes = inputs.map(({ shape }) => shape);
  if (shapes.some((shape) => shape.length !== 3)) throw shapeError(op, label, "inputs must have 3 axes each", shapes);
  const [before, after] = typeof padding === "object" ? padding : [padding ?? 0, padding ?? 0];
  return {
    images: inputs.map((input) => reshape(input, [input.shape[0]!, input.shape[1]!, 1, input.shape[2]!])),
    window: {
      ...(stride === undefined ? {} : { stride: [1, stride] }),
      ...(padding === undefined ? {} : { padding: [0, before, 0, after] }),
      ...(autoPad === undefined ? {} : { autoPad }),
      dilation: [1, dilation],
      label: label === undefined ? op : `${op} ${label}`,
    },
  };
}

/** Images with one row as sequences. */
function sequence(y: Value): Value {
  return reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);
}

/** `conv2d` along one axis: x [b×c×l], w [o×c/groups×k] → [b×o×l']. */
export function conv1d(x: Value, w: Value, options: Convolution1dOptions = {}): Value {
  const { images, window } = inOneRow("conv1d", options, convolutionRules, [x, w]);
  return sequence(conv2d(images[0]!, images[1]!, { ...window, groups: options.groups ?? 1 }));
}

/** `convTranspose2d` along one axis: x [b×i×l], w [i×o/groups×k] → [b×o×l']. */
export function convTranspose1d(x: Value, w: Value, options: ConvTranspose1dOptions = {}): Value {
  const { images, window } = inOneRow("convTranspose1d", options, transposeRules, [x, w]);
  const { groups = 1, outputPadding = 0 } = options;
  return sequence(convTranspose2d(images[0]!, images[1]!, { ...window, groups, outputPadding: [0, outputPadding] }));
}

/** `maxPool` along one axis: [b×c×l] → [b×c×l']. */
export function maxPool1d(x: Value, options: Pool1dOptions): Value {
  const { images, window } = inOneRow("maxPool1d", options, poolRules, [x]);
  const { size, ceilMode = false } = options;
  return sequence(maxPool(images[0]!, { ...window, size: [1, size], ceilMode }));
}

/** `averagePool` along one axis: [b×c×l] → [b×c×l']. */
export function averagePool1d(x: Value, options: AveragePool1dOptions): Value {
  const { images, window } = inOneRow("averagePool1d", options, averageRules, [x]);
  const { size, ceilMode = false, countIncludePad = true } = options;
  return sequence(averagePool(images[0]!, { ...window, size: [1, size], ceilMode, countIncludePad }));
}
