/** The study of docs/decisions/study-wide-valleys.md: does Entropy-SGD end in wider valleys? */
import { judgedInWords, percentagePoints } from "../../statistics/words.ts";
import { judge, judgeEquivalence, type QuantityComparison } from "./judge.ts";
import type { Hypothesis, PairOfConditions, StudyCondition, StudyDesign } from "./studyDesign.ts";

/** Entropy-SGD, its baseline and the controls, at equal gradient evaluations. */
const conditions: readonly StudyCondition[] = [
  { name: "sgd", words: "SGD with Nesterov momentum 0.9", optimizer: "sgd", set: [] },
  { name: "entropy-sgd", words: "Entropy-SGD, preset lua", optimizer: "entropy-sgd", preset: "lua", set: [] },
  {
    name: "sam",
    words: "the same SGD on the loss at distance 0.05 uphill; two gradients a step",
    optimizer: "sam",
    set: [],
  },
  {
    name: "control",
    words: "Entropy-SGD with scope 0 and noise 0: Lookahead with averaging",
    optimizer: "entropy-sgd",
    preset: "lua",
    set: ["scope=0", "noise=0"],
  },
  { name: "swa", words: "the same SGD, weights averaged over the last quarter", optimizer: "swa", set: [] },
];

const lead =
  "Entropy-SGD is said to end in wider valleys than SGD, and width to make solutions robust. Five ways to train, at equal " +
  "gradient evaluations and from the same initial weights and data order, were measured by the rule written down before.";

const rule =
  "H1 to H3 are supported by a difference in favour in more than half of the measures and none against; contradicted by the " +
  "reverse. H4 is supported where two one-sided tests at 5 % place the difference within the margin, contradicted where the two-sided test " +
  "that sees differences places it beyond. The measures are not independent, and their number is not corrected for: count how many agree.";

/** The claim, its mechanism, and the comparators against the same baseline. */
const pairs = [
  ["entropy-sgd", "sgd"],
  ["entropy-sgd", "control"],
  ["sam", "sgd"],
  ["control", "sgd"],
  ["swa", "sgd"],
] as const;

/** The study. */
export const wideValleysStudy: StudyDesign = {
  name: "wide-valleys",
  title: "wide valleys",
  ...{ lead, rule, leastSeeds: 2, needsAll: true, conditions, pairs },
  drawn: pairs.slice(0, 3),
  robust: pairs.slice(0, 2),
  hypothesesOf,
  remark: mechanism,
};

/** The source of flatness, where H1 and H2 have different outcomes. */
function mechanism([h1, h2]: readonly Hypothesis[]): string {
  if (h1?.verdict !== "supported") return "";
  return h2?.verdict === "supported"
    ? "The control without force and noise is not as flat: averaging alone does not explain it."
    : "The control without force and noise is not seen to be less flat: what flatness there is came with averaging, not with the local-entropy force or noise.";
}

function hypothesesOf([claim, mechanism]: readonly PairOfConditions[]): Hypothesis[] {
  const errors = claim!.robustness.filter(({ quantity }) => quantity.name.endsWith("error"));
  const byMajority = (name: string, text: string, comparisons: readonly QuantityComparison[]): Hypothesis => {
    const judgement = judge(comparisons);
    const { numBetter, numWorse, numQuantities } = judgement;
    const found = `better by ${numBetter} of ${numQuantities} measures, worse by ${numWorse}`;
    return { name, claim: text, ...judgement, found };
  };
  return [
    byMajority("H1", "Entropy-SGD ends in flatter places than SGD", claim!.flatness),
    byMajority(
      "H2",
      "Entropy-SGD ends in flatter places than its control without force and noise",
      mechanism!.flatness,
    ),
    byMajority("H3", "Entropy-SGD's solutions err less under perturbation than SGD's", errors),
    equivalenceHypothesis(claim!.testError),
  ];
}

function equivalenceHypothesis(testError: QuantityComparison): Hypothesis {
  const { difference } = testError;
  const claim = "Entropy-SGD and SGD have equivalent test errors";
  const found =
    difference === null
      ? "fewer than two seeds"
      : judgedInWords(difference, `${difference.n} seeds`, percentagePoints) +
        (difference.margin === null ? "; for these data no margin of equivalence was fixed" : "");
  return { name: "H4", claim, ...judge([testError]), verdict: judgeEquivalence(testError), found };
}
