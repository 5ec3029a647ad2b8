/** The study of docs/decisions/study-scope.md: where does the scope bite? */
import { testErrorOptions } from "../../statistics/margins.ts";
import { judgedInWords, percentagePoints } from "../../statistics/words.ts";
import { judge, judgeEquivalence } from "./judge.ts";
import type { ConditionPair, Hypothesis, PairOfConditions, StudyCondition, StudyDesign } from "./studyDesign.ts";

/** A claim about Entropy-SGD in general needs so many of its cells. */
const leastCells = 2;

const lead =
  "Entropy-SGD over a grid of scopes and temperatures, its control without force and noise, SGD and SAM, at equal gradient " +
  "evaluations and from the same initial weights and data order: where is it flatter than its control, where does it err less, where both?";

const rule =
  "A cell is flatter than the control if a difference in its favour is seen in more than half of the flatness measures and none against; it " +
  `errs less if that difference of test errors is seen. A claim about Entropy-SGD needs at least ${leastCells} of its cells. The number of ` +
  "measures and cells is not corrected for: of twenty judgements where nothing is true, one is expected to be seen.";

/** The margin fixed for CIFAR-10, and one of the 5,000 test images. */
const testErrors = { ...testErrorOptions("cifar-10"), resolution: 1 / 5000 };

/** The study, or its screening with one seed, on conditions with roles. */
export function scopeStudy(name: "scope" | "scope-screening", conditions: readonly StudyCondition[]): StudyDesign {
  const named = (role: StudyCondition["role"]): string[] =>
    conditions.filter((condition) => condition.role === role).map((condition) => condition.name);
  const cells = named("cell");
  const [control, sgd, sam] = [named("control")[0] ?? "control", named("sgd")[0] ?? "sgd", named("sam")[0] ?? "sam"];
  const toControl = cells.map((cell): ConditionPair => [cell, control]);
  return {
    name,
    title: name === "scope" ? "where the scope bites" : "where the scope bites, screening",
    ...{ lead, rule, leastSeeds: name === "scope" ? 2 : 1, needsAll: false, conditions, testErrors },
    pairs: [...toControl, ...cells.map((cell): ConditionPair => [cell, sgd]), [sam, sgd], [control, sgd]],
    drawn: toControl,
    robust: toControl,
    // From one seed nothing is claimed.
    hypothesesOf: (pairs) => (name === "scope" ? hypothesesOf(pairs, cells, control, sgd) : []),
    remark: () => "",
  };
}

function hypothesesOf(
  pairs: readonly PairOfConditions[],
  cells: readonly string[],
  control: string,
  sgd: string,
): Hypothesis[] {
  const pairOf = (first: string, second: string): PairOfConditions =>
    pairs.find((pair) => pair.first === first && pair.second === second)!;
  const own = cells.map((cell) => {
    const [toControl, toSgd] = [pairOf(cell, control), pairOf(cell, sgd)];
    return {
      flatter: flatterThan(`H1 ${cell}`, toControl, "its control"),
      better: errsLess(`H2 ${cell}`, toControl, "its control"),
      sgd: errsLess(`H3 ${cell}`, toSgd, "SGD"),
    };
  });
  const both = own.filter(({ flatter, better }) => [flatter, better].every(({ verdict }) => verdict === "supported"));
  const count = (all: readonly Hypothesis[]): number => all.filter(({ verdict }) => verdict === "supported").length;
  const general = (name: string, claim: string, number: number): Hypothesis => ({
    ...{ name, claim, numBetter: number, numWorse: 0, numQuantities: cells.length },
    verdict: number >= leastCells ? "supported" : "not decided",
    found: `${number} of ${cells.length} cells, ${leastCells} are needed`,
  });
  return [
    general("H1", "Entropy-SGD ends in flatter places than its control", count(own.map(({ flatter }) => flatter))),
    general("H2", "Entropy-SGD errs less on test than its control", count(own.map(({ better }) => better))),
    general("H3", "Entropy-SGD errs less on test than SGD", count(own.map((cell) => cell.sgd))),
    general("H4", "Entropy-SGD is flatter and errs less than its control", both.length),
    ...own.flatMap((cell) => [cell.flatter, cell.better, cell.sgd]),
  ];
}

function flatterThan(name: string, { first, flatness }: PairOfConditions, than: string): Hypothesis {
  const judgement = judge(flatness);
  const { numBetter, numWorse, numQuantities } = judgement;
  const found = `flatter by ${numBetter} of ${numQuantities} measures, sharper by ${numWorse}`;
  return { name, claim: `${first} ends in flatter places than ${than}`, ...judgement, found };
}

function errsLess(name: string, { first, testError }: PairOfConditions, than: string): Hypothesis {
  const { difference } = testError;
  const equivalent = judgeEquivalence(testError) === "supported" ? "; equivalent within the margin" : "";
  const found =
    difference === null
      ? "fewer than two seeds"
      : `${judgedInWords(difference, `${difference.n} seeds`, percentagePoints)}${equivalent}`;
  return { name, claim: `${first} errs less on test than ${than}`, ...judge([testError]), found };
}
