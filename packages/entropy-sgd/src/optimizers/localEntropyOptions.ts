/**
 * The options that every form of local-entropy descent has, with rules and sources.
 *
 * @see Chaudhari et al. 2017, "Entropy-SGD: Biasing Gradient Descent Into Wide Valleys", ICLR, arXiv:1611.01838
 */
import type { Placement } from "../directions/direction.ts";
import type { ParameterGroup } from "../directions/segments.ts";
import { booleanOption, choiceOption, integerOption, numberOption, type OptionTable } from "../options.ts";
import { shared } from "../optionsShared.ts";
import type { MeasuredSchedule, ScalarOrSchedule } from "../types.ts";
import type { NoiseForm } from "./noiseDeviation.ts";

/** Options of `localEntropyDescent`, `entropySgd` and `entropyAdam`. */
export interface LocalEntropyOptions {
  /** η of the outer step x ← x − η(x − μ); a schedule counts outer steps t = 0, 1, 2, … */
  readonly learningRate?: ScalarOrSchedule;
  /** η' of the Langevin steps; a schedule counts outer steps. */
  readonly innerLearningRate?: ScalarOrSchedule;
  /** L, gradients per outer step; the cost is exactly L. */
  readonly innerSteps?: number;
  /**
   * γ, loss per squared weight; a schedule (`geometricScope`) counts outer steps from `scopeStart`, a measured one
   * (`distanceScope`) follows what they measure.
   */
  readonly scope: ScalarOrSchedule | MeasuredSchedule;
  /** The t of the first outer step in γ(t). */
  readonly scopeStart?: 0 | 1;
  /** Whether γ(t) advances; false keeps γ(0). */
  readonly scoping?: boolean;
  /** α, the weight of the new sample in μ. */
  readonly averaging?: number;
  /** ε, whose meaning `noiseForm` says. */
  readonly noise?: number;
  /** Deviation of the noise: `paper` √η'·ε, `code` ε·√(2η'). */
  readonly noiseForm?: NoiseForm;
  /** T of exp(−U/T), a constant or a schedule of outer steps; replaces `noise`. */
  readonly temperature?: ScalarOrSchedule | null;
  /** Whether the force −γ(x − x') enters the inner momentum. Inner Adam always takes it inside. */
  readonly forcePlacement?: Placement;
  /** λ, an L2 term at x'. */
  readonly weightDecay?: number;
  /** Whether λx' enters the inner momentum. */
  readonly weightDecayPlacement?: Placement;
  /** Whether the outer step has λx too. */
  readonly outerWeightDecay?: boolean;
  /** Whether the outer step is ηγ(x − μ), as line 7 is printed, instead of η(x − μ). */
  readonly scaleByScope?: boolean;
  readonly groups?: readonly ParameterGroup[];
  /** Seed of the noise. */
  readonly seed?: number;
}

/** The paper's algorithm at the rates of its MNIST experiments; `scope` depends on the problem and has no default. The table says where
 * each is from. */
export const localEntropyDefaults: Required<Omit<LocalEntropyOptions, "scope">> = {
  learningRate: 1,
  innerLearningRate: 0.1,
  innerSteps: 20,
  scopeStart: 0,
  scoping: true,
  averaging: 0.75,
  noise: 1e-4,
  noiseForm: "paper",
  temperature: null,
  forcePlacement: "inside",
  weightDecay: 0,
  weightDecayPlacement: "inside",
  outerWeightDecay: false,
  scaleByScope: false,
  groups: [],
  seed: 0,
};

/** The rules of these options. */
export const localEntropyTable: OptionTable<LocalEntropyOptions> = {
  learningRate: numberOption(
    "(0, ∞)",
    "Outer rate η of x ← x − η(x − μ), a share of the way to μ; a schedule counts outer steps from 0.",
    { schedule: true, source: "Chaudhari et al. 2017, section 5: η = 1, x ← μ" },
  ),
  innerLearningRate: numberOption(
    "(0, ∞)",
    "Rate η' of the Langevin steps, in squared weights per loss; a schedule counts outer steps from 0.",
    { schedule: true, source: "Chaudhari et al. 2017, section 5: η' between 0.1 and 1, 0.1 for MNIST and CIFAR-10" },
  ),
  innerSteps: integerOption("[1, ∞)", "Gradients L per outer step.", {
    source: "Chaudhari et al. 2017, section 5: L = 20 for MNIST and CIFAR-10",
  }),
  scope: numberOption("[0, ∞)", "Scope γ, in loss per squared weight; a schedule counts outer steps from scopeStart.", {
    schedule: true,
    measured: true,
    source: "Chaudhari et al. 2017, section 4.3; depends on the problem: no default",
  }),
  scopeStart: integerOption("[0, 1]", "The t of the first outer step in γ(t).", {
    source: "Chaudhari et al. 2017, section 4.3",
  }),
  scoping: booleanOption("Whether γ(t) advances; false keeps γ at its first value.", {
    source: "Chaudhari et al. 2017, section 4.3",
  }),
  averaging: numberOption("(0, 1]", "Weight α of the new sample in μ.", {
    source: "Chaudhari et al. 2017, Algorithm 1, line 6 and section 5: α = 0.75",
  }),
  noise: shared.noise,
  noiseForm: shared.noiseForm,
  temperature: shared.temperature,
  forcePlacement: choiceOption(["inside", "outside"], "Whether the force −γ(x − x') enters the inner momentum.", {
    source: "Chaudhari et al. 2017, Algorithm 1, line 4",
  }),
  weightDecay: shared.weightDecay,
  weightDecayPlacement: shared.weightDecayPlacement,
  outerWeightDecay: booleanOption("Whether the outer step has the decay λx too.", {
    source: "Chaudhari et al. 2017, Algorithm 1, line 7",
  }),
  scaleByScope: booleanOption("Whether the outer step is ηγ(x − μ), as Algorithm 1 is printed.", {
    source: 'Chaudhari et al. 2017, section 4.3: η(x − μ) "in practice"',
  }),
  groups: shared.groups,
  seed: shared.seed,
};
