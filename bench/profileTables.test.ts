import { expect, test } from "vitest";
import { aggregate } from "./profileTables.mjs";

const event = (name: string, operator: string, dur: number) => ({
  ...{ cat: "Node", name: `${name}_kernel_time`, dur },
  args: {
    op_name: operator,
    input_type_shape: [{ float: [128, 10] }, { int64: [] }],
    output_type_shape: [{ float: [10] }],
  },
});
/** Two runs that count after one that warms up. */
const events = [
  { cat: "Session", name: "model_run", dur: 9e6, args: {} },
  { cat: "Node", name: "Gemm_1_fence_before", dur: 5, args: {} },
  ...[9000, 4000, 2000].flatMap((dur) => [
    event("Gemm_1", "Gemm", dur),
    event("Add_2", "Add", 500),
    event("Add_3", "Add", 500),
  ]),
];

test("aggregate takes medians over the runs after the warm-up, by node and by operator", () => {
  const { totalMs, nodes, operators } = aggregate(events, 1);
  expect(totalMs).toBe(4);
  expect(nodes.map(({ name }: { name: string }) => name)).toEqual(["Gemm_1", "Add_2", "Add_3"]);
  expect(nodes[0]).toEqual({
    ...{ name: "Gemm_1", operator: "Gemm", ms: 3, share: 0.75, runsMs: [4, 2] },
    ...{ inputs: ["128×10", "scalar"], outputs: ["10"] },
  });
  expect(operators).toEqual([
    { operator: "Gemm", count: 1, ms: 3, share: 0.75 },
    { operator: "Add", count: 2, ms: 1, share: 0.25 },
  ]);
});
