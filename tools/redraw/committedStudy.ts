/** The committed study of wide valleys, judged by today's rule from its raw results, which stay as they were measured. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { assembleStudy, type MeasuredRun } from "../../packages/lab/src/experiments/study/assemble.ts";
import { drawnStudy } from "./drawnStudy.ts";

/** Where rates came from when the study was run. */
const ratesThen = (optimizer: string): string =>
  optimizer === "entropy-sgd"
    ? "the paper's"
    : optimizer === "sgd"
      ? "0.1, chosen on validation (docs/results/rates-four-epochs.md)"
      : "SGD's; none was chosen for it";

/** Those of its files that are in `folder` beside study.json. */
export function committedStudy(folder: string): Map<string, string> {
  const { settings, runs } = JSON.parse(readFileSync(join(folder, "study.json"), "utf8")) as {
    settings: Record<string, string | number>;
    runs: MeasuredRun[];
  };
  // The study was measured on MNIST.
  const drawn = drawnStudy(assembleStudy(runs, null), { screened: null, settings, ratesFrom: ratesThen });
  return new Map(drawn.filter(([file]) => existsSync(join(folder, file))));
}
