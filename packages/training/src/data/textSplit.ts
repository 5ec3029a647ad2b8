/** Text as examples: windows of consecutive tokens, each with the tokens that follow as targets. */
import { type KnownOptions, rangeError, requireKnownOptions } from "entropy-sgd";
import { InputError } from "../inputError.ts";
import { shown } from "../printable.ts";
import { requireClasses } from "./requireArrays.ts";
import type { TargetSplit } from "./split.ts";

/** A text and how it is cut. */
export interface TextSplitOptions {
  /** 0 … vocabularySize − 1, in the order of the text. */
  readonly tokens: Int32Array;
  readonly vocabularySize: number;
  /** Tokens of a window: as far back as derivatives go. */
  readonly steps: number;
}

/**
 * Window i holds the tokens i·steps … (i + 1)·steps − 1, its targets are the tokens one further on. Training goes through the windows
 * in lanes (`byLanes`) and evaluation through the whole text, both with the state of recurrent layers carried along.
 */
export interface TextSplit extends TargetSplit {
  readonly numClasses: number;
  readonly tokens: Int32Array;
  readonly steps: number;
}

const known: KnownOptions<TextSplitOptions> = { tokens: true, vocabularySize: true, steps: true };

/**
 * A text as a split; nothing is copied. What is left at the end and makes no window is no example, but is evaluated.
 *
 * @throws TypeError for an unknown option or one of another type, RangeError for steps that are no positive integer, InputError for a
 *   text of fewer than steps + 1 tokens that is not empty, or a token outside the vocabulary
 */
export function textSplit(options: TextSplitOptions): TextSplit {
  requireKnownOptions("textSplit", known, options);
  const { tokens, vocabularySize, steps } = options;
  requireClasses("textSplit", tokens, vocabularySize);
  if (!(Number.isSafeInteger(steps) && steps >= 1))
    throw rangeError("textSplit", "steps", "must be a positive integer", steps, shown(steps));
  if (tokens.length > 0 && tokens.length <= steps) {
    const rule = `must have at least ${steps + 1} tokens, one more than the steps of a window`;
    throw new InputError({ name: "text", rule, value: tokens.length, got: `it has ${tokens.length}` });
  }
  const wrong = tokens.findIndex((token) => !(token >= 0 && token < vocabularySize));
  if (wrong >= 0) {
    const rule = `tokens must be from 0 to ${vocabularySize - 1}, tokens[${wrong}] is ${tokens[wrong]}`;
    throw new InputError({ path: "textSplit", rule });
  }
  return unchecked(options);
}

function unchecked({ tokens, vocabularySize, steps }: TextSplitOptions): TextSplit {
  const copyInto = (out: Float32Array | Float64Array | Int32Array, offset: number, from: number): void => {
    for (let i = 0; i < steps; i++) out[offset + i] = tokens[from + i]!;
  };
  return {
    tokens,
    steps,
    numExamples: Math.max(0, Math.floor((tokens.length - 1) / steps)),
    inputShape: [steps],
    targetShape: [steps],
    numClasses: vocabularySize,
    readExampleInto: (out, offset, index) => copyInto(out, offset, index * steps),
    readTargetInto: (out, offset, index) => copyInto(out, offset, index * steps + 1),
  };
}

/** Whether a split is a text. */
export function isText(split: object): split is TextSplit {
  return "tokens" in split;
}

/** The tokens of a text from one number up to another. Nothing is copied or checked again. */
export function textPart(
  { tokens, steps, numClasses: vocabularySize }: TextSplit,
  from: number,
  to: number,
): TextSplit {
  return unchecked({ tokens: tokens.subarray(from, to), vocabularySize, steps });
}
