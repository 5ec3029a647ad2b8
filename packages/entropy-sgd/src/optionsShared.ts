/**
 * Specs of the options that several optimizers share, so that a rule is written once.
 */
import { choiceOption, groupsOption, integerOption, numberOption, type OptionSpec } from "./options.ts";

/** Specs by option name. */
export const shared: {
  readonly learningRate: OptionSpec;
  readonly noise: OptionSpec;
  readonly noiseForm: OptionSpec;
  readonly temperature: OptionSpec;
  readonly weightDecay: OptionSpec;
  readonly weightDecayPlacement: OptionSpec;
  readonly groups: OptionSpec;
  readonly seed: OptionSpec;
  readonly gradientNormEvery: OptionSpec;
} = {
  learningRate: numberOption(
    "(0, ∞)",
    "Learning rate η of x ← x − η·∇f, in squared weights per loss; a schedule counts gradients from 0.",
    { schedule: true, source: "depends on the problem: no default where none is given" },
  ),
  noise: numberOption("[0, ∞)", "Noise ε of a Langevin step, in roots of loss; 0 draws none.", {
    source: "Chaudhari et al. 2017, section 5: ε between 1e-4 and 1e-3",
  }),
  noiseForm: choiceOption(["paper", "code"], "Deviation of the noise for a step of size h: paper √h·ε, code ε·√(2h).", {
    source: "Chaudhari et al. 2017, Algorithm 1, line 5 (paper); the authors' released programs (code)",
  }),
  temperature: numberOption(
    "[0, ∞)",
    "Temperature T of exp(−U/T), in loss; when given it replaces noise and noiseForm.",
    { schedule: true, nullable: true, source: "Welling, Teh 2011, equation 4; null since ε is the paper's parameter" },
  ),
  weightDecay: numberOption("[0, ∞)", "L2 weight decay λ, in loss per squared weight, added to the gradient as λx.", {
    source: "none in Chaudhari et al. 2017, Algorithm 1; 0 is plain gradient descent",
  }),
  weightDecayPlacement: choiceOption(
    ["inside", "outside"],
    "Whether weight decay enters the direction (momentum, Adam) or acts after it.",
    { source: "a regulariser is part of the loss: inside" },
  ),
  groups: groupsOption("Ranges of the flat parameters that are exempt from decay, frozen or have own rates.", {
    source: "the papers treat all weights alike",
  }),
  seed: integerOption("[0, 9007199254740991]", "Seed of the noise.", { source: "no value is better than another" }),
  gradientNormEvery: integerOption("[1, ∞)", "Gradients between two measurements of ‖∇f‖, which cost one pass each.", {
    source: "every gradient is measured unless said otherwise",
  }),
};

/** Clipping by the global norm, null for none. */
export const clipNormOption: OptionSpec = numberOption(
  "(0, ∞)",
  "Largest norm of the mini-batch gradient, in loss per weight; longer ones are scaled down.",
  { nullable: true, source: "Pascanu, Mikolov, Bengio 2013, Algorithm 1; null: no clipping" },
);
