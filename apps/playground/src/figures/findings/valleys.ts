/** The claims about wide valleys: the study of small LeNet. */
import { shownNumber } from "../../ui/numbers.ts";
import type { Difference, Findings } from "./findings.ts";
import { type ClaimView, colorOf, optimizerNames, percents } from "./view.ts";

/** How the verdict of a measure is drawn: colour and symbol, since colours alone are not enough. */
function markOf({ estimate, critical }: Difference) {
  if (Math.abs(estimate) <= critical) return { color: 8, symbol: "circle" as const };
  return estimate < 0 ? { color: 2, symbol: "triangle" as const } : { color: 1, symbol: "diamond" as const };
}

const hypothesisTable = ({ study }: Findings) => ({
  caption: "Hypotheses written before the first run, and what the rule says of them",
  columns: ["", "Claim", "Verdict", "Found"],
  rows: study.hypotheses.map(({ name, claim, verdict, found }) => [name, claim, verdict, found]),
});

/** Whether it ends in wider valleys. */
export function width(findings: Findings): ClaimView {
  const { study } = findings;
  const [hypothesis] = study.hypotheses;
  const [largest, relative] = ["Largest eigenvalue of the Hessian", "Largest eigenvalue, relative"].map(
    (title) => study.flatness.find((row) => row.title.startsWith(title))!,
  );
  const told = ({ estimate, standardError }: Difference): string =>
    `${estimate > 0 ? "larger" : "smaller"} than SGD's by ${shownNumber(Math.abs(estimate))} ± ${shownNumber(standardError)}`;
  const guide = study.flatness[0]!.critical / study.flatness[0]!.standardError;
  return {
    published:
      "The paper's title and its section 4: descending on local entropy ends in wide valleys, in which most directions are flat. Its evidence on real networks is one spectrum and the test errors.",
    measured: `On ${study.network}, ${study.seeds} seeds, ${study.budget} effective epochs: Entropy-SGD is ${hypothesis!.found}, against SGD at a rate chosen on validation. Its largest Hessian eigenvalue is ${told(largest!)}; relative to the weights' magnitudes it is ${told(relative!)}.`,
    verdict: `H1, “${hypothesis!.claim}”: ${hypothesis!.verdict}. Our measurement does not support the claim here; which is flatter depends on the measure.`,
    chart: {
      title: "Entropy-SGD less SGD, in standard errors",
      x: { label: "← Entropy-SGD flatter · SGD flatter →" },
      guides: [-guide, guide],
      rows: study.flatness.map((row) => {
        const value = row.estimate / row.standardError;
        return { name: row.title, ...markOf(row), value, low: value - 1, high: value + 1 };
      }),
    },
    caption:
      "Each measure is larger where a valley is narrower. Whiskers are one standard error over seeds, in pairs; beyond the dashed lines a difference is seen (two-sided 5 %): a triangle favours Entropy-SGD, a diamond SGD. No correction was made for looking at many measures.",
    tables: [
      hypothesisTable(findings),
      {
        caption: "Entropy-SGD less SGD, each measure",
        columns: ["Measure", "difference", "standard error", "seen from", "seeds"],
        rows: study.flatness.map((row) => [
          row.title,
          shownNumber(row.estimate),
          shownNumber(row.standardError),
          shownNumber(row.critical),
          String(row.n),
        ]),
      },
    ],
    sources: [study.source, study.judged],
  };
}

/** Whether its solutions bear perturbations better. */
export function robustness(findings: Findings, perturbation: string, words: string): ClaimView {
  const { study } = findings;
  const { sizes, curves } = study.perturbations.find(({ name }) => name === perturbation)!;
  const hypothesis = study.hypotheses.find(({ name }) => name === "H3")!;
  const last = sizes.length - 1;
  const curve = (condition: string) => curves.find((one) => one.condition === condition)!;
  return {
    published:
      "The paper's introduction: almost flat regions are robust to perturbed data, to noise in the activations and to perturbed parameters. It shows no measurement of that.",
    measured: `At the strongest perturbation here (${shownNumber(sizes[last]!)}) the test error is ${curves
      .map(({ condition, errors }) => `${percents(errors[last]!)} % (${optimizerNames[condition]})`)
      .join(", ")}; the spreads are those of ${study.seeds} seeds.`,
    verdict: `H3, “${hypothesis.claim}”: ${hypothesis.verdict} (${hypothesis.found}). Where Entropy-SGD gains, its control, the same two loops and averages with neither scope nor noise, gains as much: that did not need local entropy.`,
    chart: {
      title: `Test error under perturbation, ${study.network}`,
      x: { label: words },
      y: { label: "test error, %" },
      xs: sizes,
      lines: ["sgd", "entropy-sgd", "control"].map((condition) => {
        const { errors } = curve(condition);
        const edge = (sign: number) => errors.map(({ mean, sd }) => Math.max(0, 100 * (mean + sign * sd)));
        return {
          name: condition === "control" ? "control" : optimizerNames[condition]!,
          color: colorOf(condition),
          ...(condition === "control" && { dash: [6, 4] }),
          ys: errors.map(({ mean }) => 100 * mean),
          band: { low: edge(-1), high: edge(1) },
        };
      }),
    },
    caption:
      "Means over seeds, bands of one standard deviation; measured at the sizes in the table, straight lines between them.",
    tables: [
      {
        caption: `Test error in %, ${words}`,
        columns: ["size", ...curves.map(({ condition }) => optimizerNames[condition]!)],
        rows: sizes.map((size, i) => [shownNumber(size), ...curves.map(({ errors }) => percents(errors[i]!))]),
      },
      hypothesisTable(findings),
    ],
    sources: [study.source, study.judged],
  };
}
