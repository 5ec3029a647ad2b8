/** What a committed study decides, as its judgement.json. */
import type { StudyResult } from "../../packages/lab/src/experiments/study/assemble.ts";

/** The hypotheses with their verdicts, and the differences of test errors. */
export function judgement({ hypotheses, pairs }: StudyResult): [file: string, text: string] {
  const testErrors = pairs.map(({ first, second, testError }) => ({ first, second, ...testError }));
  return ["judgement.json", `${JSON.stringify({ hypotheses, testErrors }, null, 2)}\n`];
}
