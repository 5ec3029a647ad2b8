/** What the reader sets of the training of LeNet. */
import { choiceKnob, integerKnob, knobGroup, numberKnob } from "../../state/knobs.ts";

export const lenetKnobs = knobGroup("lenet", {
  optimizers: choiceKnob("Train with", "both", {
    both: "both, one after the other",
    "entropy-sgd": "Entropy-SGD",
    sgd: "SGD, Nesterov",
  }),
  budget: numberKnob("Passes over the images", 1, { min: 0.01, max: 20, scale: "log" }),
  images: integerKnob("Training images", 55_000, { min: 128, max: 55_000 }),
  seed: integerKnob("Seed", 1, { min: 0, max: 999 }),
  threads: choiceKnob("Threads", "all", { all: "all there are", one: "one" }),
});
