/** Comparisons and logic; booleans are 0 and 1. */
import type { Value } from "../../../graph/value.ts";
import * as comparisons from "../../../ops/comparisons.ts";
import { equal, greater, maximum, mul } from "../../../ops/elementwise.ts";
import { boolean, type Operator, type Operators } from "../operator.ts";
import { known } from "../tensor.ts";

const binary = (of: (a: Value, b: Value) => Value): Operator => ({
  withoutGradient: true,
  read: (node) => boolean(of(node.float(0), node.float(1))),
});

const is = (x: Value, bound: number): Value => equal(x, known([bound], []));

export const logic: Operators = {
  And: binary(mul),
  Equal: binary(equal),
  Greater: binary(greater),
  GreaterOrEqual: { ...binary(comparisons.greaterOrEqual), opsets: [12, 21] },
  IsInf: {
    withoutGradient: true,
    opsets: [10, 21],
    attributes: ["detect_negative", "detect_positive"],
    read(node) {
      const x = node.float(0);
      const positive = mul(is(x, Number.POSITIVE_INFINITY), known([node.integer("detect_positive", 1)], []));
      const negative = mul(is(x, Number.NEGATIVE_INFINITY), known([node.integer("detect_negative", 1)], []));
      return boolean(maximum(positive, negative));
    },
  },
  IsNaN: {
    withoutGradient: true,
    opsets: [9, 21],
    read: (node) => boolean(comparisons.notEqual(node.float(0), node.float(0))),
  },
  Less: binary(comparisons.less),
  LessOrEqual: { ...binary(comparisons.lessOrEqual), opsets: [12, 21] },
  Not: { withoutGradient: true, read: (node) => boolean(comparisons.logicalNot(node.float(0))) },
  Or: binary(maximum),
  Xor: binary(comparisons.notEqual),
};
