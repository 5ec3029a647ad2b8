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
  learningRate: numberOption("(0, ∞)", "Learning rate; a schedule counts gradients from 0.", { schedule: true }),
  noise: numberOption("[0, ∞)", "Noise ε of a Langevin step; 0 draws none."),
  noiseForm: choiceOption(["paper", "code"], "Deviation of the noise: paper √h·ε, code ε·√(2h), for step size h."),
  temperature: numberOption("[0, ∞)", "Temperature T of exp(−U/T); when given it replaces noise and noiseForm.", {
    schedule: true,
    nullable: true,
  }),
  weightDecay: numberOption("[0, ∞)", "L2 weight decay λ, added to the gradient as λx."),
  weightDecayPlacement: choiceOption(
    ["inside", "outside"],
    "Whether weight decay enters the direction or acts after it.",
  ),
  groups: groupsOption("Ranges of the flat parameters that are exempt from decay, frozen or have own rates."),
  seed: integerOption("[0, 9007199254740991]", "Seed of the noise."),
  gradientNormEvery: integerOption("[1, ∞)", "Gradients between two measurements of ‖∇f‖, which cost one pass each."),
};

/** Clipping by the global norm, null for none. */
export const clipNormOption: OptionSpec = numberOption(
  "(0, ∞)",
  "Largest norm of the mini-batch gradient; longer ones are scaled down.",
  {
    nullable: true,
  },
);
