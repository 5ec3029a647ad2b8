/** Weights of a run without a seal, checked against its other files. */
import { join } from "node:path";
import { InputError, isThinned, shown } from "entropy-sgd-training";
import type { Safetensors } from "entropy-sgd-training/formats";
import { requireDigest } from "entropy-sgd-training/formats";
import { piecesOf } from "entropy-sgd-training/node";
import { digestOf } from "../io/digest.ts";
import { weightsDigestAt } from "./checkpointFolder.ts";
import { maxEventBytes } from "./eventFile.ts";
import type { RunRecord } from "./readRun.ts";

/**
 * Why the weights cannot be verified, in words; null if a checkpoint at the same gradient has the same weights.
 *
 * @throws InputError if the checkpoint has other weights, or the run had no evaluation at their gradient
 */
export function doubtOfUnsealed(
  path: string,
  { evaluations }: RunRecord,
  { metadata }: Pick<Safetensors, "metadata">,
): string | null {
  const file = join(path, "weights.safetensors");
  const doubt = `${file}: not verified, the run has no seal, and no checkpoint at the same gradient`;
  if (metadata.gradients === undefined) return doubt;
  const gradients = Number(metadata.gradients);
  const wanted = weightsDigestAt(path, gradients);
  if (wanted !== null) {
    requireDigest(file, digestOf(piecesOf(file, maxEventBytes)), wanted, "the checkpoint at the same gradient");
    return null;
  }
  if (isThinned(evaluations) || evaluations.some((event) => event.gradients === gradients)) return doubt;
  const rule = "metadata: gradients must be those of one of the run's evaluations";
  throw new InputError({ path: file, rule, value: metadata.gradients, got: `found ${shown(metadata.gradients)}` });
}
