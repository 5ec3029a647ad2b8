import type { Network } from "onnx-grad/layers";
import { bindParameters } from "../src/model/bindParameters.ts";

/** The weights of a flat vector by name, as an evaluation of the network's graph is fed with them. */
export function weightFeeds(
  { parameters }: Pick<Network, "parameters">,
  flat: Float32Array,
): Record<string, Float32Array> {
  const feeds: Record<string, Float32Array> = {};
  bindParameters(parameters, (name, piece) => {
    feeds[name] = piece;
  })(flat);
  return feeds;
}
