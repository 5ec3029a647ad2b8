import { rangeError } from "../errors.ts";
import type { SymmetricOperator } from "./symmetricOperator.ts";
import { vectorOf } from "./vectors.ts";

/**
 * The product Av as a new vector, checked.
 *
 * @throws TypeError for a product that is no vector; RangeError for one of another length or with an element that is not
 *   finite, as where the loss is not finite
 */
export async function productOf(operator: SymmetricOperator, v: Float64Array): Promise<Float64Array> {
  const product = vectorOf("operator", "a product", await operator.apply(v), operator.dimension);
  for (let i = 0; i < product.length; i++) {
    if (!Number.isFinite(product[i])) {
      const got = `${product[i]} at element ${i}`;
      throw rangeError("operator", "products", "must be finite", product[i], got);
    }
  }
  return product;
}

/**
 * Av by a product that rounds anew: of v times a number that is no power of two, where rounding would be that of an earlier
 * product with v. What two products differ by is the error of their arithmetic.
 */
export async function productAnew(operator: SymmetricOperator, v: Float64Array): Promise<Float64Array> {
  const product = await productOf(
    operator,
    v.map((value) => 1.25 * value),
  );
  return product.map((value) => value / 1.25);
}
