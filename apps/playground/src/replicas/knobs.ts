/** What the reader sets of a run of replicas. User and password are no knobs: knobs are written to the page's address. */
import { choiceKnob, integerKnob, knobGroup, numberKnob, textKnob } from "../state/knobs.ts";
import { allImages } from "./recipe.ts";

export const replicasKnobs = knobGroup("replicas", {
  server: textKnob("Address of the server", "ws://localhost:8080", {
    pattern: /^wss?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/,
    rule: "an address such as ws://host:8080 or wss://host, without user or password in it",
  }),
  run: textKnob("Name of the run", "first", { pattern: /^[\w-]{1,64}$/, rule: "1 to 64 letters, digits, _ or -" }),
  network: choiceKnob("Network", "mlp-49-16-10", {
    "mlp-49-16-10": "small: 49-16-10 on digits of 7×7, seconds",
    lenet: "LeNet, many minutes",
  }),
  replicas: integerKnob("Replicas of the run", 2, { min: 1, max: 32 }),
  images: integerKnob("Training images", allImages, { min: 128, max: allImages }),
  budget: numberKnob("Passes over the images, each replica", 2, { min: 0.01, max: 20, scale: "log" }),
  seed: integerKnob("Seed", 1, { min: 0, max: 999 }),
  threads: choiceKnob("Threads for LeNet", "all", { all: "all there are", one: "one" }),
});
