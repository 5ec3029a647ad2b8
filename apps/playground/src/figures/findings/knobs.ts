/** Which claim is looked at. */
import { choiceKnob, knobGroup } from "../../state/knobs.ts";

export const findingsKnobs = knobGroup("findings", {
  claim: choiceKnob("Claim", "parity", {
    parity: "as low an error as tuned SGD, at equal gradients",
    early: "and the error after a single pass over the data",
    width: "it ends in wider valleys",
    robustness: "its solutions bear perturbations better",
    spectrum: "most directions at a minimum are flat",
    saddles: "high critical points are saddles",
  }),
  network: choiceKnob("Network", "lenet", {
    lenet: "LeNet",
    "small-lenet": "small LeNet",
    mnistfc: "mnistfc",
    "mnistfc-bn": "mnistfc-bn",
    "small-mnistfc": "small mnistfc",
    "mlp-49-16-10": "mlp-49-16-10",
    "mlp-49-40-10": "mlp-49-40-10",
  }),
  perturbation: choiceKnob("Perturbation", "input-noise", {
    "input-noise": "noise on the images, σ",
    shift: "images shifted, pixels",
    "activation-noise-added": "noise added to activations, σ",
    "activation-noise-multiplied": "noise multiplied into activations, σ",
    "weight-noise-absolute": "noise on the weights, σ",
    "weight-noise-relative": "noise relative to each weight, σ",
  }),
});
