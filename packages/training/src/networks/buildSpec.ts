import { broadcastTo, constant, type Value } from "onnx-grad";
import { buildNetwork, type Network, type NetworkDefinition, type NetworkMode } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";
import type { NetworkSpec } from "./networkSpec.ts";

/** How a network of a spec is built. */
export interface BuildOptions {
  readonly mode: NetworkMode;
  /** Examples per pass. Default 1. */
  readonly batch?: number;
  /** Dropout rate. Default 0. */
  readonly dropout?: number;
  /** Whether recurrent layers begin with a state that is given; by default it is zero, and each example is on its own. */
  readonly carriesState?: boolean;
}

/**
 * The graph of a network at a batch size.
 *
 * @throws InputError if its definition gives outputs of another shape than the spec says
 */
export function buildSpec(spec: NetworkSpec, options: BuildOptions): Network {
  const { mode, batch = 1, dropout = 0, carriesState = false } = options;
  const definition = carriesState ? spec.define(dropout) : fromZeroState(spec.define(dropout));
  const network = buildNetwork(definition, [batch, ...spec.inputShape], mode);
  const refuse = (rule: string): never => {
    throw new InputError({ path: spec.name, rule: `must give outputs ${rule}` });
  };
  const [examples, ...found] = network.logits.shape;
  if (examples !== batch) refuse(`for ${batch} examples, it gives ${examples}`);
  const [wanted, given] = [spec.outputShape.join("×"), found.join("×")];
  if (given !== wanted) refuse(`of the shape ${wanted} for an example, it gives ${given}`);
  return network;
}

/** The network with states of zero in place of those that it would be given. */
function fromZeroState(define: NetworkDefinition): NetworkDefinition {
  return (context, inputs) => {
    const carriedState = (_: string, shape: readonly number[]): Value => broadcastTo(constant(0), shape);
    return define({ ...context, carriedState, carry: () => {} }, inputs);
  };
}
