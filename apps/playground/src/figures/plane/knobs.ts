/** What the reader sets in the figure of the plane. */
import { choiceKnob, integerKnob, knobGroup, numberKnob } from "../../state/knobs.ts";
import { type LandscapeName, landscapes, square } from "./landscapes.ts";

const words = Object.fromEntries(Object.entries(landscapes).map(([name, own]) => [name, own.words])) as Record<
  LandscapeName,
  string
>;
const range = { min: square.low, max: square.high };

export const planeKnobs = knobGroup("plane", {
  landscape: choiceKnob("Landscape", "wells", words),
  shown: choiceKnob("Contours", "both", { both: "of f and of −F", loss: "of f", entropy: "of −F" }),
  x: numberKnob("Start, x", landscapes.wells.start[0], range),
  y: numberKnob("Start, y", landscapes.wells.start[1], range),
  scope: numberKnob("Scope γ", 0.3, { min: 0.1, max: 30, scale: "log" }),
  temperature: numberKnob("Temperature T", 0.15, { min: 0.01, max: 0.5, scale: "log" }),
  learningRate: numberKnob("Learning rate η", 0.05, { min: 1e-3, max: 0.2, scale: "log" }),
  innerSteps: integerKnob("Inner steps L", 20, { min: 1, max: 100 }),
  gradientNoise: numberKnob("Gradient noise σ", 0.3, { min: 0, max: 2, step: 0.05 }),
  radius: numberKnob("SAM's radius ρ", 0.1, { min: 0.01, max: 0.5, scale: "log" }),
  speed: numberKnob("Gradients per second", 200, { min: 10, max: 2000, scale: "log" }),
  seed: integerKnob("Seed", 1, { min: 0, max: 999 }),
});
