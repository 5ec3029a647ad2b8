/** What the reader sets in the figure of wide and sharp valleys. */
import { integerKnob, knobGroup, numberKnob } from "../../state/knobs.ts";

export const valleysKnobs = knobGroup("valleys", {
  gamma: numberKnob("Scope γ", 0.1, { min: 5e-5, max: 1, scale: "log" }),
  seed: integerKnob("Landscape", 42, { min: 0, max: 999 }),
});
