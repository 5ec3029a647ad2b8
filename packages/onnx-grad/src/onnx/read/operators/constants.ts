/** What stands in the model itself, and what is made of known numbers alone. */
import { sizeOf } from "../../../graph/value.ts";
import { broadcastTo, reshape } from "../../../ops/layout.ts";
import { constantOf, type NodeReader } from "../nodeReader.ts";
import type { Operators, Result } from "../operator.ts";
import { unsupported } from "../readError.ts";
import { elementTypeOf } from "../storedTensor.ts";
import { known, listed, type Tensor } from "../tensor.ts";

/** One of an attribute that is no tensor; tensors are read as initializers are. */
function constantNode(node: NodeReader): Result {
  if (node.hasAttribute("value_float")) return { type: "float32", value: known([node.number("value_float", 0)], []) };
  if (node.hasAttribute("value_int")) return { type: "int64", value: known([node.integer("value_int", 0)], []) };
  const floats = node.numbers("value_floats");
  if (floats !== undefined) return { type: "float32", value: known(floats) };
  const ints = node.integers("value_ints");
  if (ints !== undefined) return { type: "int64", value: known(ints) };
  throw new Error("the constant has no value");
}

function filled(node: NodeReader): Tensor {
  const stored = node.storedTensor("value");
  const shape = node.known(0);
  const value = stored === undefined ? known([0], []) : reshape(constantOf(stored), []);
  const type = stored?.type ?? "float32";
  return sizeOf(shape) === 0 ? { type, value: known([], shape) } : { type, value: broadcastTo(value, shape) };
}

function range(node: NodeReader): Result {
  const [start, limit, step] = [node.known(0)[0]!, node.known(1)[0]!, node.known(2)[0]!];
  const count = Math.max(0, Math.ceil((limit - start) / step));
  return { type: node.type(0), value: known(listed(count, (i) => start + i * step)) };
}

function eye(node: NodeReader): Result {
  const [rows, columns] = node.shape(0) as [number, number];
  const k = node.integer("k", 0);
  const data = listed(rows * columns, (i) => ((i % columns) - Math.floor(i / columns) === k ? 1 : 0));
  const type = node.hasAttribute("dtype") ? elementTypeOf(node.integer("dtype", 1)) : node.type(0);
  if (type === undefined) throw unsupported(`elements of the type ${node.integer("dtype", 1)} are not supported`);
  return { type, value: known(data, [rows, columns]) };
}

/** Places of the elements that are not 0, one row per axis. */
function nonZero(node: NodeReader): Result {
  const { shape } = node.knownValue(0);
  const at = node.known(0).flatMap((x, i) => (x === 0 ? [] : [i]));
  const rows = shape.flatMap((size, axis) => {
    const step = sizeOf(shape.slice(axis + 1));
    return at.map((place) => Math.floor(place / step) % size);
  });
  return { type: "int64", value: known(rows, [shape.length, at.length]) };
}

export const constants: Operators = {
  Constant: {
    attributes: ["value", "value_float", "value_floats", "value_int", "value_ints"],
    read: constantNode,
  },
  ConstantOfShape: { opsets: [9, 21], attributes: ["value"], read: filled },
  EyeLike: { opsets: [9, 21], attributes: ["dtype", "k"], read: eye },
  NonZero: { opsets: [9, 21], withoutGradient: true, read: nonZero },
  Range: { opsets: [11, 21], read: range },
};
