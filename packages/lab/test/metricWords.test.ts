/** Runs of tasks without errors speak of their own primary metric. */
import type { EvaluationEvent } from "entropy-sgd-training";
import { expect, test } from "vitest";
import { linesOf } from "../src/commands/eventLines.ts";
import { parseEvent } from "../src/runs/eventSchemas.ts";
import { metricCell, metricTitle } from "../src/statistics/metricWords.ts";

const event = {
  type: "evaluation",
  gradients: 50,
  effectiveEpochs: 1,
  validationLoss: 0.25,
  validationError: null,
  testLoss: 0.16,
  testError: null,
  validationMetrics: { rmse: 0.5, r2: null },
  testMetrics: { rmse: 0.4, r2: 0.75 },
  primary: { name: "rmse", better: "smaller" },
  seconds: 2,
} as const satisfies Omit<EvaluationEvent, "params">;

test("an evaluation survives its line in events.jsonl and is told by its primary metric", () => {
  const { event: read } = parseEvent(JSON.stringify(event), "events.jsonl, line 1");
  expect(read).toEqual(event);
  const words = "  epoch 1.0: validation rmse 0.5000, test rmse 0.4000 (50 gradients, 2 s)";
  expect(linesOf({ ...event, params: new Float32Array(0) })).toEqual([words]);
});

test("errors are written in per cent, other metrics as they are", () => {
  expect([metricTitle("error"), metricCell("error", 0.0123)]).toEqual(["error %", "1.23"]);
  expect([metricTitle("r2"), metricCell("r2", 0.5), metricCell("r2", null)]).toEqual(["r2", "0.5000", "–"]);
});
