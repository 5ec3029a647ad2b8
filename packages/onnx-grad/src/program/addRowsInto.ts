import { rangeError } from "../graph/errors.ts";

/**
 * Adds the rows of a gradient where the indices of a `gather` say: table[indices[i]] += rows[i], on the host.
 *
 * For a large table of which a batch reads few rows: take the gradient in the gathered rows instead of the table,
 * `gradients(loss, [gather(table, indices)])`, and add it here. That is what `scatterAdd` computes in the graph, without a pass
 * over the whole table; of equal indices all rows are added, in their order.
 *
 * Shapes: `table` (words·width,), `rows` (n·width,), `indices` (n,). Cost: n·width additions.
 *
 * @throws RangeError if the sizes do not fit or an index is outside the table; nothing is added then
 */
export function addRowsInto(table: Float32Array, rows: Float32Array, indices: Int32Array): void {
  const width = rows.length / indices.length;
  const words = table.length / width;
  if (!Number.isInteger(width) || !Number.isInteger(words))
    throw rangeError("addRowsInto", "", "there must be one row per index, as long as the table's", rows.length);
  const outside = indices.find((index) => index < 0 || index >= words);
  if (outside !== undefined) throw rangeError("addRowsInto", "indices", `must be in 0 … ${words - 1}`, outside);
  indices.forEach((index, i) => {
    const [to, from] = [index * width, i * width];
    for (let j = 0; j < width; j++) table[to + j]! += rows[from + j]!;
  });
}
