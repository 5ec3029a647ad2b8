import { buildNetwork, type Network, type NetworkMode } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";
import type { NetworkSpec } from "./networkSpec.ts";

/** How a network of a spec is built. */
export interface BuildOptions {
  readonly mode: NetworkMode;
  /** Examples per pass. Default 1. */
  readonly batch?: number;
  /** Dropout rate. Default 0. */
  readonly dropout?: number;
}

/**
 * The graph of a network at a batch size.
 *
 * @throws InputError if its definition gives another number of logits than the spec has classes
 */
export function buildSpec(spec: NetworkSpec, { mode, batch = 1, dropout = 0 }: BuildOptions): Network {
  const network = buildNetwork(spec.define(dropout), [batch, ...spec.inputShape], mode);
  const logits = network.logits.shape[1];
  if (logits === spec.numClasses) return network;
  throw new InputError({
    path: spec.name,
    rule: `must give one logit for each of its ${spec.numClasses} classes, it gives ${logits}`,
  });
}
