import type { Node, Value } from "../graph/value.ts";
import type { Fusion } from "./dialect.ts";
import { castTo } from "./lowerIndexing.ts";
import type { LoweringContext } from "./loweringContext.ts";

/**
 * oneHot(labels)·W as the rows of W at the labels, exactly; a row that is added to the product is added to those of W first. A label
 * outside has a row of zeros.
 *
 * Of ∞ and NaN in rows of W that no label names nothing is seen, where 0·∞ would make a whole column NaN.
 */
export const oneHotProduct: Fusion = (value, context) => {
  if (isOneHotProduct(value)) return rowsAtLabels(value, context);
  if (value.op !== "add") return undefined;
  const [sum, row] = value.inputs as [Value, Value];
  // Products of more than two axes are reshaped ones of two.
  const product = sum.op === "reshape" ? sum.inputs[0]! : sum;
  if (!isOneHotProduct(product) || ![sum, product].every(context.usedOnce)) return undefined;
  const columns = product.shape[1];
  if (sum.shape.at(-1) !== columns || row.shape.length !== 1 || row.shape[0] !== columns) return undefined;
  const { graph } = context;
  return graph.node("Reshape", [rowsAtLabels(product, context, row), graph.ints(value.shape)]);
};

function isOneHotProduct(value: Value): value is Node<"matmul"> {
  if (value.op !== "matmul" || value.shape.length !== 2) return false;
  return value.inputs[0]!.op === "oneHot" && !value.attributes.transposeA;
}

/** For each label its row of W, or the row of zeros behind the last, with `row` added. */
function rowsAtLabels({ inputs, attributes, shape }: Node<"matmul">, context: LoweringContext, row?: Value): string {
  const { graph, nameOf } = context;
  const [hot, w] = inputs as [Value, Value];
  const table = attributes.transposeB
    ? graph.node("Transpose", [nameOf(w)], { attributes: { perm: [1, 0] } })
    : nameOf(w);
  const zeros = graph.floats(new Array(shape[1]!).fill(0), [1, shape[1]!]);
  const rows = graph.node("Concat", [table, zeros], { attributes: { axis: 0 } });
  const sums = row === undefined ? rows : graph.node("Add", [rows, nameOf(row)]);
  // Negative labels are large ones; ONNX Runtime's Min of int64 looks at 32 bits alone.
  const [label, last] = [nameOf(hot.inputs[0]!), graph.ints([hot.shape[1]!])].map((x) => castTo("uint32", x, graph));
  const places = castTo("int64", graph.node("Min", [label!, last!]), graph);
  return graph.node("Gather", [sums, places], { attributes: { axis: 0 } });
}
