/**
 * Entropy-Adam: Entropy-SGD whose outer step, inner steps or both are driven by Adam.
 *
 * @see Chaudhari et al. 2017 (arXiv:1611.01838), section 5.4
 */
import type { OptionTable } from "../options.ts";
import type { Optimizer } from "../types.ts";
import {
  adaptiveDefaults,
  type EntropySgdDefaults,
  type EntropySgdOptions,
  entropySgdForm,
  entropySgdTable,
} from "./entropySgd.ts";
import type { LocalEntropyState } from "./localEntropySteps.ts";

/** Defaults of `entropyAdam` with its default `adaptive: "outer"`; the sources are those of `entropySgdDefaults`. */
export const entropyAdamDefaults: EntropySgdDefaults = { ...adaptiveDefaults("outer"), adaptive: "outer" };

/** As `entropySgdTable`, with the meanings and sources that outer Adam gives. */
export const entropyAdamTable: OptionTable<EntropySgdOptions> = {
  ...entropySgdTable,
  learningRate: {
    ...entropySgdTable.learningRate,
    doc: "Outer rate η, the length of Adam's step in weights; a schedule counts outer steps from 0.",
    source: "Chaudhari et al. 2017, section 5: 0.01 for the char-LSTM",
  },
  momentum: { ...entropySgdTable.momentum, source: "the inner loop is plain where the outer step is Adam's" },
};

/**
 * Entropy-Adam: `entropySgd` with `adaptive: "outer"` unless said otherwise.
 *
 * Outer Adam acts on d = x − μ and its moments persist; the inner loop is then plain (momentum 0 unless set). Inner Adam
 * acts on d = ∇f + λx' − γ(x − x'), its moments and count zeroed at each outer step; give it its own
 * `innerLearningRate` (default 1e-3).
 *
 * Cost: exactly `innerSteps` gradients per outer step; memory 5n (outer), 5n (inner) or 7n (both).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { entropyAdam, outerStep } from "entropy-sgd";
 * const optimizer = entropyAdam({ learningRate: 0.5, scope: 0.01, noise: 0 });
 * const state = outerStep(optimizer, optimizer.init(new Float64Array([3])), (x: Float64Array) => x);
 * optimizer.evalPoint(state)[0].toFixed(4); // Adam's first step has length η => "2.5000"
 * ```
 */
export function entropyAdam(options: EntropySgdOptions): Optimizer<LocalEntropyState> {
  const adaptive = options?.adaptive ?? "outer";
  return entropySgdForm("entropyAdam", { ...adaptiveDefaults(adaptive), adaptive }, options);
}
