/** What the reader sets in the figure of a small network. */
import { choiceKnob, integerKnob, knobGroup, numberKnob, type ValueOf } from "../../state/knobs.ts";

export const networkKnobs = knobGroup("network", {
  data: choiceKnob("Data", "moons", {
    moons: "Two moons",
    spirals: "Two spirals",
    digits: "Handwritten digits",
    own: "Your own CSV",
  }),
  noise: numberKnob("Noise of the points", 0.2, { min: 0, max: 0.5 }),
  hidden: integerKnob("Hidden units", 16, { min: 2, max: 32 }),
  activation: choiceKnob("Activation", "tanh", { tanh: "tanh", relu: "ReLU", sigmoid: "sigmoid" }),
  third: choiceKnob("Third optimizer", "none", { none: "none", sam: "SAM", adam: "Adam" }),
  rate: numberKnob("Learning rate of SGD and SAM", 0.1, { min: 1e-3, max: 2, scale: "log" }),
  innerRate: numberKnob("Inner learning rate of Entropy-SGD", 0.1, { min: 1e-3, max: 2, scale: "log" }),
  gamma: numberKnob("Scope γ", 1e-2, { min: 1e-5, max: 10, scale: "log" }),
  innerSteps: integerKnob("Inner steps L", 20, { min: 2, max: 60 }),
  epsilon: numberKnob("Langevin noise ε", 1e-4, { min: 1e-6, max: 0.1, scale: "log" }),
  adamRate: numberKnob("Learning rate of Adam", 1e-2, { min: 1e-4, max: 0.3, scale: "log" }),
  budget: numberKnob("Gradients per run", 1000, { min: 100, max: 4000, step: 100 }),
  seeds: integerKnob("Seeds", 5, { min: 1, max: 10 }),
  seed: integerKnob("First seed", 1, { min: 1, max: 999 }),
});

/** The knobs' values at one moment. */
export type NetworkSettings = {
  readonly [Name in keyof typeof networkKnobs.knobs]: ValueOf<(typeof networkKnobs.knobs)[Name]>;
};

/** The settings of now; a signal's read. */
export function currentSettings(): NetworkSettings {
  const entries = Object.entries(networkKnobs.values).map(([name, { value }]) => [name, value]);
  return Object.fromEntries(entries) as NetworkSettings;
}
