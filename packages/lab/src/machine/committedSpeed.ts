import type { Speed } from "./speed.ts";

/**
 * What the committed benchmark (bench/results/bench.json) measured of LeNet's gradient and of the update on one core: what a
 * free machine of its kind does. A test compares.
 */
export const committedSpeed: Pick<Speed, "gradientMs" | "updateNs"> & {
  readonly machine: string;
  readonly cores: number;
} = {
  machine: "2 cores of an AMD EPYC",
  cores: 2,
  gradientMs: 15.1,
  updateNs: 2.81,
};
