import { loadRuns } from "../landscape/loadRun.ts";
import {
  compareRobustness,
  measureRobustness,
  numRobustnessPoints,
  type RobustnessPoint,
} from "../landscape/measureRobustness.ts";
import { withError } from "../landscape/numbers.ts";
import { recalibratedScores } from "../landscape/recalibratedScores.ts";
import { robustnessFigures, robustnessPage } from "../landscape/robustnessFigure.ts";
import { notDistinguishable } from "../statistics/words.ts";
import type { CommandContext } from "./context.ts";
import { counter, writeFindings } from "./findings.ts";

/** Options of `entropy-sgd robustness`. */
export interface RobustnessCommand {
  readonly examples: number;
  readonly blocks: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Two solutions under the same perturbations of test images, activations and weights. Gives the exit code. */
export async function robustnessCommand(
  paths: readonly [string, string],
  options: RobustnessCommand,
  context: CommandContext,
): Promise<number> {
  const runs = loadRuns(paths);
  const { seed } = options;
  const numExamples = Math.min(options.examples, runs[0]!.data.test.numExamples);
  const batchSize = Math.max(1, Math.floor(numExamples / options.blocks));
  const count = counter(context, 2 * numRobustnessPoints, "passes");
  let objective = "";
  const measured: { name: string; points: RobustnessPoint[] }[] = [];
  for (const { name, spec, data, params } of runs) {
    const scores = recalibratedScores(spec, data.test, { numExamples, batchSize, calibration: data.train });
    objective = scores.objective;
    const { inputShape } = spec;
    const points = await measureRobustness(scores, params, {
      ...{ seed, inputShape, signal: context.signal, onPoint: () => count() },
    });
    await scores.close();
    measured.push({ name, points });
  }
  const findings = () => {
    const [a, b] = measured as [(typeof measured)[0], (typeof measured)[0]];
    const differences = compareRobustness(a.points, b.points);
    const figures = robustnessFigures(measured);
    const settings = {
      ...{ first: a.name, second: b.name, network: runs[0]!.spec.name },
      ...{ testImages: numExamples, imagesPerBlock: batchSize, seed, objective },
    };
    return {
      name: "robustness",
      figures,
      page: robustnessPage([a, b], differences, figures, settings),
      json: { settings, runs: measured, differences },
      lines: differences.map(({ perturbation, size, error: { estimate, standardError, detectable, seen } }) => {
        const what = perturbation === "none" ? "no perturbation" : `${perturbation} ${size}`;
        const difference = `${a.name} minus ${b.name} ${withError(100 * estimate, 100 * standardError)} points of error`;
        const verdict = seen
          ? `${estimate < 0 ? a.name : b.name} errs less`
          : `${notDistinguishable}; ±${(100 * detectable).toFixed(2)} points could have been seen`;
        return `${what}: ${difference}: ${verdict}`;
      }),
    };
  };
  return writeFindings(options.out ?? paths[0], findings, options.json, context);
}
