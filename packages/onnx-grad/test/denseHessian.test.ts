/** The Hessian-vector product of softmax regression against its closed form, entry by entry. */
import { expect, test } from "vitest";
import * as g from "../src/index.ts";
import { numbers } from "./samples.ts";

test("hvp with unit vectors gives the columns of mean_b x xᵀ ⊗ (diag(p) − p pᵀ)", () => {
  const [batch, features, classes] = [5, 3, 4];
  const n = features * classes;
  const weights = g.input("weights", [features, classes]);
  const direction = g.input("direction", [features, classes]);
  const loss = g.softmaxCrossEntropy(
    g.matmul(g.input("inputs", [batch, features]), weights),
    g.input("labels", [batch], "int32"),
  );
  const [product] = g.hvp(loss, [weights], [direction]);
  const next = numbers(11);
  const inputs = Float64Array.from({ length: batch * features }, () => 2 * next() - 1);
  const at = Float64Array.from({ length: n }, () => 2 * next() - 1);

  const exact = Array.from({ length: n }, () => new Float64Array(n));
  for (let b = 0; b < batch; b++) {
    const x = inputs.subarray(b * features, (b + 1) * features);
    const logits = Array.from({ length: classes }, (_, c) =>
      x.reduce((sum, value, f) => sum + value * at[f * classes + c]!, 0),
    );
    const total = logits.reduce((sum, value) => sum + Math.exp(value), 0);
    const p = logits.map((value) => Math.exp(value) / total);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const [f1, c1, f2, c2] = [Math.floor(i / classes), i % classes, Math.floor(j / classes), j % classes];
        exact[i]![j]! += (x[f1]! * x[f2]! * ((c1 === c2 ? p[c1]! : 0) - p[c1]! * p[c2]!)) / batch;
      }
    }
  }
  for (let j = 0; j < n; j++) {
    const unit = Float64Array.from({ length: n }, (_, i) => (i === j ? 1 : 0));
    const [column] = g.evaluate([product!], { inputs, labels: [0, 3, 1, 1, 2], weights: at, direction: unit });
    column!.forEach((value, i) => {
      expect(value).toBeCloseTo(exact[i]![j]!, 14);
    });
  }
});
