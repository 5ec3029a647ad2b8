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
 * @throws InputError if its definition gives outputs of another shape than the spec says
 */
export function buildSpec(spec: NetworkSpec, { mode, batch = 1, dropout = 0 }: BuildOptions): Network {
  const network = buildNetwork(spec.define(dropout), [batch, ...spec.inputShape], mode);
  const refuse = (rule: string): never => {
    throw new InputError({ path: spec.name, rule: `must give outputs ${rule}` });
  };
  const [examples, ...found] = network.logits.shape;
  if (examples !== batch) refuse(`for ${batch} examples, it gives ${examples}`);
  const [wanted, given] = [spec.outputShape.join("×"), found.join("×")];
  if (given !== wanted) refuse(`of the shape ${wanted} for an example, it gives ${given}`);
  return network;
}
