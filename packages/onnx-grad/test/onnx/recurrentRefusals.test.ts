/** What recurrent operators may not ask for: one clear error, marked as something that is not supported. */
import { expect, test } from "vitest";
import { readOnnx } from "../../src/onnx.ts";
import { type ModelSpec, modelBytes } from "./models.ts";

const [steps, batch, features, units] = [3, 2, 4, 5];
const zeros = (dims: readonly number[]) => ({ dims, floats: new Array(dims.reduce((a, b) => a * b, 1)).fill(0) });

/** A model of one LSTM with more inputs, which are stored, attributes, and other weights. */
function lstm(
  more: readonly string[],
  attributes: NonNullable<ModelSpec["nodes"][number][3]> = {},
  integers: readonly string[] = [],
  weights: ModelSpec["initializers"] = {},
): Uint8Array {
  return modelBytes({
    nodes: [["LSTM", ["x", "W", "R", ...more], ["y"], { hidden_size: units, ...attributes }]],
    initializers: {
      ...{ W: zeros([1, 4 * units, features]), R: zeros([1, 4 * units, units]), P: zeros([1, 3 * units]) },
      ...weights,
    },
    inputs: { x: [steps, batch, features], ...Object.fromEntries(integers.map((name) => [name, [batch]])) },
    outputs: ["y"],
    integers,
  });
}

test("an LSTM without them is read", () => {
  expect(readOnnx(lstm([])).network().logits.y!.shape).toEqual([steps, 1, batch, units]);
});

test.each([
  ["clipping", lstm([], { clip: { float: 1 } }), "the attribute clip is not supported"],
  ["coupled gates", lstm([], { input_forget: 1 }), "coupled input and forget gates are not supported"],
  ["another direction", lstm([], { direction: "sideways" }), 'direction "sideways" is not supported'],
  ["peepholes", lstm(["", "", "", "", "P"]), "peepholes are not supported"],
  [
    "lengths that are not known",
    lstm(["", "lengths"], {}, ["lengths"]),
    "sequence lengths (sequence_lens) are not supported, but known ones of all 3 steps",
  ],
  ["another size", lstm([], { hidden_size: 7 }), "hidden_size must be 5, the last size of R, got 7"],
  [
    "weights of a fifth gate",
    lstm([], {}, [], { W: zeros([1, 5 * units, features]), R: zeros([1, 5 * units, units]) }),
    "W must be [1×20×4], got [1×25×4]",
  ],
  ["weights of another direction", lstm([], {}, [], { R: zeros([2, 20, 5]) }), "R must be [1×20×5], got [2×20×5]"],
  [
    "initial states of another batch",
    lstm(["", "", "h"], {}, [], { h: zeros([1, 7, units]) }),
    "initial_h must be [1×2×5], got [1×7×5]",
  ],
  [
    "initial cells of two directions",
    lstm(["", "", "", "c"], {}, [], { c: zeros([2, batch, units]) }),
    "initial_c must be [1×2×5], got [2×2×5]",
  ],
  ["a bias of two numbers", lstm(["B"], {}, [], { B: zeros([1, 2]) }), "B must be [1×40], got [1×2]"],
])("%s is an error that says so", (_, bytes, message) => {
  expect(() => readOnnx(bytes).network()).toThrow(message);
});

test("lengths that are those of all steps are taken", () => {
  const model = readOnnx(lstm(["", "lengths"], {}, ["lengths"]), { constants: { lengths: [steps, steps] } });
  expect(model.network().logits.y!.shape).toEqual([steps, 1, batch, units]);
  const short = readOnnx(lstm(["", "lengths"], {}, ["lengths"]), { constants: { lengths: [steps, 1] } });
  expect(() => short.network()).toThrow("sequence lengths (sequence_lens) are not supported");
});
