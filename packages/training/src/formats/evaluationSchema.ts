/** The rules of an evaluation in a file. */
import { z } from "zod";
import type { KeptEvaluation, RecordedEvaluation } from "../loop/events.ts";
import type { PrimaryMetric } from "../tasks/task.ts";

const count = z.int().min(0);
const number = z.number();
const fraction = z.number().min(0).max(1);
const metrics = z.record(z.string(), number.nullable());

/** The metric that selects. */
export const primarySchema: z.ZodType<PrimaryMetric> = z.object({
  name: z.string().min(1).max(100),
  better: z.enum(["smaller", "larger"]),
});

/** An evaluation with a rule of its own for the test loss, which a run that diverges may lack. */
export function evaluationSchema(testLoss: z.ZodType<number>): z.ZodType<RecordedEvaluation> {
  return z.object({
    type: z.literal("evaluation"),
    gradients: count,
    effectiveEpochs: number,
    validationLoss: number.nullable(),
    validationError: fraction.nullable(),
    testLoss,
    testError: fraction.nullable(),
    seconds: number,
    // Absent in runs of versions without tasks.
    validationMetrics: metrics.nullable().exactOptional(),
    testMetrics: metrics.exactOptional(),
    primary: primarySchema.exactOptional(),
    // Absent in runs made before it was kept.
    weightNorm: number.exactOptional(),
  });
}

/** An evaluation of a run that has not diverged, every number finite, with its number where earlier ones were left out. */
export const keptEvaluationSchema: z.ZodType<KeptEvaluation> = z.intersection(
  evaluationSchema(number),
  z.object({ number: count.exactOptional() }),
);
