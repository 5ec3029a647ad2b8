import { type Node, sizeOf } from "../graph/value.ts";
import { broadcastStrides, type FloatArray, offsets, type Precision, zeros } from "./arrays.ts";

/** The inner loops of `matmul`; sums are kept in float64 and rounded once. */
export function multiply(value: Node<"matmul">, [a, b]: readonly FloatArray[], precision: Precision): FloatArray {
  const { transposeA, transposeB } = value.attributes;
  const [m, n] = value.shape.slice(-2) as [number, number];
  const shapeA = value.inputs[0]!.shape.slice(-2) as [number, number];
  const k = transposeA ? shapeA[0] : shapeA[1];
  const out = zeros(precision, sizeOf(value.shape));
  const leading = value.shape.slice(0, -2);
  const [matrixA, matrixB] = value.inputs.map(({ shape }) =>
    offsets(leading, broadcastStrides(shape.slice(0, -2), leading)),
  ) as [Int32Array, Int32Array];
  const [rowA, innerA] = transposeA ? [1, m] : [k, 1];
  const [innerB, columnB] = transposeB ? [1, k] : [n, 1];
  const row = new Float64Array(n);
  for (let matrix = 0; matrix < matrixA.length; matrix++) {
    const startA = matrixA[matrix]! * m * k;
    const startB = matrixB[matrix]! * k * n;
    for (let i = 0; i < m; i++) {
      row.fill(0);
      for (let l = 0; l < k; l++) {
        const x = a![startA + i * rowA + l * innerA]!;
        const fromB = startB + l * innerB;
        for (let j = 0; j < n; j++) row[j]! += x * b![fromB + j * columnB]!;
      }
      out.set(row, (matrix * m + i) * n);
    }
  }
  return out;
}
