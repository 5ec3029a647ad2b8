/** Every operator that is read, by name. */
import type { Operators } from "./operator.ts";
import { activationOperators } from "./operators/activations.ts";
import { constants } from "./operators/constants.ts";
import { elementwise } from "./operators/elementwise.ts";
import { indexing } from "./operators/indexing.ts";
import { layout } from "./operators/layout.ts";
import { logic } from "./operators/logic.ts";
import { losses } from "./operators/losses.ts";
import { normalisation } from "./operators/normalisation.ts";
import { products } from "./operators/products.ts";
import { recurrent } from "./operators/recurrent.ts";
import { reductions } from "./operators/reductions.ts";
import { resizing } from "./operators/resize.ts";
import { scanAttributes, scanOperator } from "./operators/scan.ts";
import { windows } from "./operators/windows.ts";

/** The table of operators, of which each family has a part. */
export const operators: Operators = {
  ...elementwise,
  ...logic,
  ...activationOperators,
  ...reductions,
  ...layout,
  ...indexing,
  ...constants,
  ...products,
  ...windows,
  ...normalisation,
  ...resizing,
  ...losses,
  ...recurrent,
  Scan: { opsets: [9, 21], attributes: scanAttributes, read: scanOperator },
};
