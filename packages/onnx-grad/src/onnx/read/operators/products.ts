/** Products of matrices. */
import { gemm, matmul } from "../../../ops/matmul.ts";
import type { Operators } from "../operator.ts";
import { einsum } from "./einsum.ts";

export const products: Operators = {
  Einsum: { opsets: [12, 21], attributes: ["equation"], read: einsum },
  Gemm: {
    attributes: ["alpha", "beta", "transA", "transB"],
    read: (node) =>
      gemm(node.float(0), node.float(1), node.has(2) ? node.float(2) : undefined, {
        alpha: node.number("alpha", 1),
        beta: node.number("beta", 1),
        transposeA: node.integer("transA", 0) !== 0,
        transposeB: node.integer("transB", 0) !== 0,
        label: node.name,
      }),
  },
  MatMul: { read: (node) => matmul(node.float(0), node.float(1), { label: node.name }) },
};
