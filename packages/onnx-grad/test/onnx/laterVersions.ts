/** Models of one operator each, whose form or types changed in the versions 18 to 21. */
import type { ModelSpec, NodeSpec, TensorSpec } from "./models.ts";

interface LaterCase {
  readonly name: string;
  /** The first and last version in which the model is right; 18 and 21 by default. */
  readonly since?: number;
  readonly until?: number;
  readonly spec: Omit<ModelSpec, "outputs" | "opset"> & Partial<Pick<ModelSpec, "outputs">>;
}

type Attributes = NonNullable<NodeSpec[3]>;

const ints = (...list: number[]): TensorSpec => ({ dims: [list.length], ints: list });
const floats = (...list: number[]): TensorSpec => ({ dims: [list.length], floats: list });

/** One node of the input x, with stored tensors as its further inputs. */
function one(opType: string, shape: readonly number[], more: readonly TensorSpec[] = [], attributes: Attributes = {}) {
  const names = more.map((_, i) => `c${i}`);
  return {
    nodes: [[opType, ["x", ...names], ["y"], attributes]] as const,
    initializers: Object.fromEntries(more.map((tensor, i) => [names[i]!, tensor])),
    inputs: { x: shape },
  };
}

const reductions = ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare"].map(
  (kind) => ({
    name: `Reduce${kind} with axes as an input`,
    spec: {
      nodes: [
        // Logarithms are of positive sums.
        ["Abs", ["x"], ["a"]],
        [`Reduce${kind}`, [kind === "LogSum" ? "a" : "x", "axes"], ["y"], { keepdims: 0 }],
      ] as const,
      initializers: { axes: ints(-1, 0) },
      inputs: { x: [2, 3, 4] },
    },
  }),
);

/** A size or scale input of Resize after the absent one of the region of interest. */
const resize = (name: string, input: Readonly<Record<string, TensorSpec>>, attributes: Attributes, since = 18) => {
  const [[key, tensor]] = Object.entries(input) as [[string, TensorSpec]];
  const inputs = key === "sizes" ? ["x", "", "", "sizes"] : ["x", "", "scales"];
  return {
    name: `Resize ${name}`,
    since,
    spec: {
      nodes: [["Resize", inputs, ["y"], attributes]] as const,
      initializers: { [key]: tensor },
      inputs: { x: [1, 2, 4, 6] },
    },
  };
};

const compared = (opType: string): LaterCase => ({
  name: opType,
  spec: {
    nodes: [
      ["Floor", ["x"], ["a"]],
      ["Floor", ["z"], ["b"]],
      [opType, ["a", "b"], ["c"]],
      ["Cast", ["c"], ["y"], { to: 1 }],
    ],
    inputs: { x: [3, 4], z: [3, 4] },
  },
});

export const laterVersions: readonly LaterCase[] = [
  ...reductions,
  { name: "ReduceSum with no axes stated", spec: one("ReduceSum", [2, 3], [], { keepdims: 1 }) },
  { name: "ReduceMax that does nothing", spec: one("ReduceMax", [2, 3], [], { noop_with_empty_axes: 1 }) },
  {
    name: "ReduceMax of booleans",
    since: 20,
    spec: {
      nodes: [
        ["Cast", ["x"], ["b"], { to: 9 }],
        ["ReduceMax", ["b", "axes"], ["m"], { keepdims: 0 }],
        ["Cast", ["m"], ["y"], { to: 1 }],
      ],
      initializers: { axes: ints(1) },
      inputs: { x: [2, 3] },
    },
  },
  {
    name: "Split into parts of which the last is smaller",
    spec: {
      nodes: [["Split", ["x"], ["a", "b", "c"], { axis: 1, num_outputs: 3 }]],
      inputs: { x: [2, 7] },
      outputs: ["a", "b", "c"],
    },
  },
  {
    name: "Split by sizes",
    spec: {
      nodes: [["Split", ["x", "sizes"], ["a", "b"], { axis: -1 }]],
      initializers: { sizes: ints(2, 5) },
      inputs: { x: [2, 7] },
      outputs: ["a", "b"],
    },
  },
  resize("to nearest by sizes of some axes", { sizes: ints(8, 3) }, { mode: "nearest", axes: [2, 3] }),
  resize("linearly by scales of some axes", { scales: floats(2, 1.5) }, { mode: "linear", axes: [-2, -1] }),
  resize("linearly, smaller", { sizes: ints(1, 2, 2, 3) }, { mode: "linear" }),
  resize(
    "linearly, not larger than sizes",
    { sizes: ints(6, 6) },
    { mode: "linear", axes: [2, 3], keep_aspect_ratio_policy: "not_larger" },
  ),
  resize(
    "to nearest, not smaller than sizes",
    { sizes: ints(6, 6) },
    { mode: "nearest", axes: [2, 3], keep_aspect_ratio_policy: "not_smaller" },
  ),
  resize("linearly, smaller, antialiased", { sizes: ints(1, 2, 2, 3) }, { mode: "linear", antialias: 1 }),
  resize("cubic", { sizes: ints(1, 2, 8, 9) }, { mode: "cubic" }),
  resize("cubic, smaller, antialiased", { sizes: ints(1, 2, 2, 3) }, { mode: "cubic", antialias: 1 }),
  resize(
    "linearly about the middle",
    { scales: floats(1, 1, 2, 1.5) },
    { mode: "linear", coordinate_transformation_mode: "half_pixel_symmetric" },
    19,
  ),
  { name: "Pad of some axes", spec: one("Pad", [2, 3, 2], [ints(1, 0, 2, 1), floats(0.5), ints(0, 2)]) },
  { name: "Pad by reflection", spec: one("Pad", [2, 4], [ints(0, 2, 0, 1)], { mode: "reflect" }) },
  { name: "Pad around", since: 19, spec: one("Pad", [2, 4], [ints(0, 2, 0, 3)], { mode: "wrap" }) },
  {
    name: "GroupNormalization by group",
    until: 20,
    spec: one("GroupNormalization", [2, 4, 3], [floats(1, 2), floats(0.5, -1)], { num_groups: 2 }),
  },
  {
    name: "GroupNormalization by channel",
    since: 21,
    spec: one("GroupNormalization", [2, 4, 3], [floats(1, 2, 3, 4), floats(0.5, -1, 0, 2)], { num_groups: 2 }),
  },
  { name: "Mish", spec: one("Mish", [3, 4]) },
  {
    name: "LpPool",
    spec: one("LpPool", [1, 2, 5, 5], [], { kernel_shape: [2, 2], p: 2, strides: [2, 2], ceil_mode: 1 }),
  },
  { name: "LpPool dilated", spec: one("LpPool", [1, 2, 6, 6], [], { kernel_shape: [2, 2], p: 3, dilations: [2, 1] }) },
  {
    name: "AveragePool dilated",
    since: 19,
    spec: one("AveragePool", [1, 2, 6, 6], [], { kernel_shape: [2, 2], dilations: [2, 2] }),
  },
  {
    name: "AveragePool with ceil mode",
    since: 19,
    spec: one("AveragePool", [1, 2, 5, 5], [], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
  },
  { name: "Gelu", since: 20, spec: one("Gelu", [3, 4]) },
  { name: "Gelu by tanh", since: 20, spec: one("Gelu", [3, 4], [], { approximate: "tanh" }) },
  compared("Equal"),
  compared("Less"),
  compared("GreaterOrEqual"),
  {
    name: "Cast to integers and back",
    spec: {
      nodes: [
        ["Cast", ["x"], ["i"], { to: 7 }],
        ["Cast", ["i"], ["y"], { to: 1 }],
      ],
      inputs: { x: [3, 4] },
    },
  },
  {
    name: "IsNaN and IsInf",
    spec: {
      nodes: [
        ["Log", ["x"], ["l"]],
        ["IsNaN", ["l"], ["n"]],
        ["Div", ["x", "zero"], ["d"]],
        ["IsInf", ["d"], ["i"], { detect_negative: 0 }],
        ["Or", ["n", "i"], ["o"]],
        ["Cast", ["o"], ["y"], { to: 1 }],
      ],
      initializers: { zero: floats(0) },
      inputs: { x: [3, 4] },
    },
  },
  {
    name: "ConstantOfShape, Shape, Reshape, Squeeze, Unsqueeze, Flatten, Transpose and Identity",
    spec: {
      nodes: [
        ["Shape", ["x"], ["s"], { start: 1 }],
        ["ConstantOfShape", ["s"], ["ones"], { value: { tensor: { dims: [1], floats: [1.5] } } }],
        ["Add", ["x", "ones"], ["a"]],
        ["Unsqueeze", ["a", "axes"], ["u"]],
        ["Squeeze", ["u", "axes"], ["q"]],
        ["Transpose", ["q"], ["t"], { perm: [2, 0, 1] }],
        ["Flatten", ["t"], ["f"]],
        ["Reshape", ["f", "shape"], ["r"], { allowzero: 0 }],
        ["Identity", ["r"], ["y"]],
      ],
      initializers: { axes: ints(0), shape: ints(0, -1, 2) },
      inputs: { x: [2, 3, 4] },
    },
  },
  {
    name: "ScatterElements that adds",
    spec: one(
      "ScatterElements",
      [3, 3],
      [
        { dims: [1, 3], ints: [0, 2, 2] },
        { dims: [1, 3], floats: [1, 2, 3] },
      ],
      { reduction: "add" },
    ),
  },
  {
    name: "ScatterND that adds",
    spec: one(
      "ScatterND",
      [3, 2],
      [
        { dims: [2, 1], ints: [0, 2] },
        { dims: [2, 2], floats: [1, 2, 3, 4] },
      ],
      { reduction: "add" },
    ),
  },
  { name: "LayerNormalization", spec: one("LayerNormalization", [2, 3, 4], [floats(1, 2, 3, 4), floats(0, 1, 0, 1)]) },
  {
    name: "HardSwish, Softplus and PRelu",
    spec: {
      nodes: [
        ["HardSwish", ["x"], ["h"]],
        ["Softplus", ["h"], ["s"]],
        ["PRelu", ["x", "p"], ["r"]],
        ["Add", ["s", "r"], ["y"]],
      ],
      initializers: { p: floats(0.25) },
      inputs: { x: [3, 4] },
    },
  },
];
