/** How long runs take, before they begin. */
import { numAsked } from "./answers.ts";
import { planFor, type RunSettings } from "./recipe.ts";

/** Test images, which each evaluation passes forward. */
const testImages = 10_000;

/** A forward pass as a share of a gradient's time, in the benchmark of the page's own runs on one thread. */
const forwardShare = 0.3;

/**
 * Seconds of the rest of a run: gradients, and forward passes: of an evaluation the training images (batch norm's statistics) and
 * the test images; at the end the training images again (their loss), and the images that are asked for answers.
 *
 * @param msPerGradient - of a mini-batch of 128 images
 * @param gradients - so far
 * @param evaluations - so far
 */
export function estimatedSeconds(settings: RunSettings, msPerGradient: number, gradients = 0, evaluations = 0): number {
  const { totalGradients, gradientsPerEpoch, batchSize, boundaryEvery } = planFor(settings);
  const every = Math.max(gradientsPerEpoch, boundaryEvery);
  const all = Math.max(1, Math.ceil(totalGradients / every));
  const passed = Math.max(0, all - evaluations) * (settings.images + testImages) + settings.images + numAsked;
  return (msPerGradient / 1000) * (totalGradients - gradients + (forwardShare * passed) / batchSize);
}
