/** What the reader sets in the figure of Langevin dynamics. */
import { integerKnob, knobGroup, numberKnob } from "../../state/knobs.ts";

export const langevinKnobs = knobGroup("langevin", {
  temperature: numberKnob("Temperature 1/β", 0.5, { min: 0.1, max: 2, scale: "log" }),
  speed: numberKnob("Steps per second", 800, { min: 20, max: 4000, scale: "log" }),
  seed: integerKnob("Seed", 1, { min: 0, max: 999 }),
});
