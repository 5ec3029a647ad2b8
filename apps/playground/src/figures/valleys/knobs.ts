/** What the reader sets in the figure of wide and sharp valleys. */
import { curveKnob, integerKnob, knobGroup, numberKnob } from "../../state/knobs.ts";
import { numControlPoints } from "./landscape.ts";

export const valleysKnobs = knobGroup("valleys", {
  gamma: numberKnob("Scope γ", 0.1, { min: 5e-5, max: 1, scale: "log" }),
  seed: integerKnob("Seed", 42, { min: 0, max: 999 }),
  // On the rim of the sharp valley: plain descent falls into it.
  start: integerKnob("Start", 785, { min: 0, max: 999 }),
  speed: numberKnob("Outer steps a second", 10, { min: 1, max: 50, scale: "log" }),
  drawn: curveKnob("Own landscape", numControlPoints),
});
