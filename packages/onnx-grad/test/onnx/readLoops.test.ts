/** Loops of ONNX models that read tensors of the graph around them. */
import { expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { readOnnx } from "../../src/onnx.ts";
import { type ModelSpec, modelBytes } from "./models.ts";

/** s ← s + x·scale over the slices x, where an operation outside of the loop, `first`, gives the scale. */
function accumulating(first: ModelSpec["nodes"][number]): Uint8Array {
  const body = {
    nodes: [
      ["Mul", ["slice", "scale"], ["scaled"]],
      ["Add", ["before", "scaled"], ["after"]],
    ],
    inputs: { before: [2], slice: [2] },
    outputs: ["after"],
  } as const;
  return modelBytes({
    nodes: [
      first,
      ["Scan", ["start", "x"], ["sum"], { body: { graph: body }, num_scan_inputs: 1 }],
      ["Neg", ["sum"], ["y"]],
    ],
    inputs: { x: [3, 2], start: [2], w: [2] },
    outputs: ["y"],
  });
}

test.each([
  [undefined, "y", [-25, -84]],
  [["sum"], "sum", [25, 84]],
] as const)("an operation that only a loop's body reads stays when the outputs are %s", (outputs, name, wanted) => {
  const model = readOnnx(accumulating(["Mul", ["w", "w"], ["scale"]]), outputs && { changes: { outputs } });
  const { logits } = model.network();
  // 7 + 2·(1 + 3 + 5), 12 + 6·(2 + 4 + 6)
  const feeds = { x: [1, 2, 3, 4, 5, 6], start: [7, 12], w: [Math.SQRT2, Math.sqrt(6)] };
  const [got] = g.evaluate([logits[name]!], feeds);
  got!.forEach((x, i) => {
    expect(x).toBeCloseTo(wanted[i]!, 12);
  });
});

test("where that operation cannot be read, the loop is no second fault", () => {
  const model = readOnnx(accumulating(["Reshape", ["w", "start"], ["scale"]]));
  expect(() => model.network()).toThrow(/^readOnnx: one node cannot be read: Reshape "Reshape_scale" \([^;]*$/);
});
