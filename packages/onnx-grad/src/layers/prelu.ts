import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { prelu as withSlopes } from "../ops/activations.ts";
import { reshape } from "../ops/layout.ts";
import { filled } from "./initialisers.ts";
import type { NetworkContext } from "./network.ts";

/** x above 0, slope·x below with a slope per channel (axis 1): parameter `name.weight` [channels], 0.25 at first as in PyTorch. */
export function prelu(context: NetworkContext, name: string, x: Value): Value {
  const channels = x.shape[1];
  if (channels === undefined) throw shapeError("prelu", name, "the input must have a channel axis", [x.shape]);
  const slopes = context.parameter(`${name}.weight`, [channels], filled(0.25), "weight");
  return withSlopes(x, reshape(slopes, [channels, ...x.shape.slice(2).map(() => 1)]));
}
