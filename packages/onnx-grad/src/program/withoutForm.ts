/** Which operation a device refuses: ONNX Runtime says only that there is one. */
import { rangeError } from "../graph/errors.ts";
import { topological } from "../graph/topological.ts";
import { showShape, type Value } from "../graph/value.ts";
import type { Dialect } from "../lowering/dialect.ts";
import { lowerGraph } from "../lowering/lowerGraph.ts";
import { type OnnxGraph, onnxGraph } from "../onnx/onnxGraph.ts";
import { cast } from "../ops/elementwise.ts";

/** A session of a graph, created and freed. @throws what ONNX Runtime throws where it refuses the graph */
export type TryGraph = (graph: OnnxGraph) => Promise<void>;

/** Nodes without a kernel on the device, where the processor must not run them. */
const isWithoutKernel = (error: unknown): boolean =>
  error instanceof Error && error.message.includes("fallback to CPU EP has been explicitly disabled");

/**
 * What to throw for the error of a session that computes `outputs`: a RangeError that names the first operation without a form
 * on the device, or the error itself where it says something else. Cost: log₂ of the number of values more sessions.
 */
export async function withoutForm(
  error: unknown,
  outputs: readonly Value[],
  dialect: Dialect,
  tryGraph: TryGraph,
): Promise<unknown> {
  if (!isWithoutKernel(error)) return error;
  const order = topological(outputs);
  let [accepted, refused] = [0, order.length];
  while (refused - accepted > 1) {
    const middle = (accepted + refused) >> 1;
    if (await isAccepted(order.slice(0, middle), dialect, tryGraph)) accepted = middle;
    else refused = middle;
  }
  const { op, inputs } = order[refused - 1]!;
  const from = inputs.map(({ dtype, shape }) => `${dtype} ${showShape(shape)}`).join(", ");
  const refusal = rangeError(
    "compile",
    "device",
    "must have a form of every operation",
    op,
    `none of ${op} of ${from}`,
  );
  return Object.assign(refusal, { cause: error });
}

async function isAccepted(values: readonly Value[], dialect: Dialect, tryGraph: TryGraph): Promise<boolean> {
  const graph = onnxGraph();
  // Outputs of programs are float32.
  const outputs = values.map((value) => (value.dtype === "float32" ? value : cast(value, "float32")));
  lowerGraph(
    outputs.map((value, i) => [`${i}`, value]),
    dialect,
    graph,
  );
  try {
    await tryGraph(graph);
    return true;
  } catch (error) {
    if (isWithoutKernel(error)) return false;
    throw error;
  }
}
