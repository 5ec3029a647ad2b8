/** What may be said of the difference of two optimizers, over seeds that they share. */
import { type PairedDifference, pairedDifference } from "entropy-sgd/landscape";
import { shownNumber } from "../../ui/numbers.ts";
import { comparedNoise, type Flatness, noiseSizes, type RunFlatness } from "./flatness.ts";
import { type OptimizerName, optimizerTitles } from "./setUp.ts";

/** A quantity that is compared. */
interface Quantity {
  readonly name: string;
  of(run: RunFlatness): number;
  /** The difference that would not matter, fixed before anything was measured; of a ratio, the factor. */
  readonly margin: number;
  /** Whether ratios are compared: of what is positive and has no scale of its own. */
  readonly isRatio?: boolean;
  /** The smallest difference that the instrument can tell, at one run. */
  resolution?(run: RunFlatness): number;
}

const riseAt = ({ rises }: RunFlatness) => rises[noiseSizes.indexOf(comparedNoise)]!;

/** In the order of the table; of all but the first three, larger is sharper. */
const quantities: readonly Quantity[] = [
  { name: "Training loss", of: ({ trainLoss }) => trainLoss, margin: 0.02 },
  { name: "Held-out loss", of: ({ testLoss }) => testLoss, margin: 0.02 },
  { name: "Held-out error", of: ({ testError }) => testError, margin: 0.01 },
  {
    name: "Largest eigenvalue of the Hessian",
    of: ({ eigenvalue }) => eigenvalue,
    margin: 1.25,
    isRatio: true,
    resolution: ({ eigenvalue, residual }) => residual / eigenvalue,
  },
  {
    name: "Trace of the Hessian",
    of: ({ trace }) => trace.estimate,
    margin: 1.25,
    isRatio: true,
    resolution: ({ trace }) => trace.standardError / trace.estimate,
  },
  { name: "Rise of the loss within SAM's radius 0.05", of: ({ sharpness }) => sharpness, margin: 1.25, isRatio: true },
  {
    name: `Rise of the loss under weight noise of ${100 * comparedNoise} %`,
    of: (run) => riseAt(run).loss.estimate,
    margin: 0.02,
  },
  {
    name: `Local energy: rise of the error under weight noise of ${100 * comparedNoise} %`,
    of: (run) => riseAt(run).error.estimate,
    margin: 0.01,
  },
];

/** One quantity of two optimizers. */
export interface Comparison {
  readonly name: string;
  /** Mean and standard deviation over seeds: SGD's and the other's. */
  readonly sgd: readonly number[];
  readonly other: readonly number[];
  /** Of the other minus SGD's, in logarithms for ratios; null with one seed. */
  readonly difference: PairedDifference | null;
  readonly words: string;
}

/** Every quantity of an optimizer against SGD's. */
export function comparisonsOf({ runs }: Flatness, optimizer: OptimizerName): Comparison[] {
  const own = runs.filter((run) => run.optimizer === optimizer);
  const base = own.map(({ seed }) => runs.find((run) => run.optimizer === "sgd" && run.seed === seed)!);
  return quantities.map((quantity) => {
    const [sgd, other] = [base.map(quantity.of), own.map(quantity.of)];
    const resolution = Math.max(0, ...[...base, ...own].map((run) => quantity.resolution?.(run) ?? 0));
    return { name: quantity.name, sgd, other, ...judged(other, sgd, quantity, resolution) };
  });
}

/** The difference of paired values and what may be said of it. */
export function judged(
  other: readonly number[],
  sgd: readonly number[],
  { margin, isRatio = false }: Pick<Quantity, "margin" | "isRatio">,
  resolution = 0,
): Pick<Comparison, "difference" | "words"> {
  if (other.length < 2) return { difference: null, words: "one seed says nothing about the spread" };
  const hasRatios = isRatio && [...other, ...sgd].every((value) => value > 0);
  if (!hasRatios) {
    const difference = pairedDifference(other, sgd, {
      margin: isRatio ? null : margin,
      resolution: isRatio ? 0 : resolution,
    });
    return { difference, words: differenceWords(difference) };
  }
  const options = { margin: Math.log(margin), resolution };
  const difference = pairedDifference(other.map(Math.log), sgd.map(Math.log), options);
  return { difference, words: ratioWords(difference, margin) };
}

function differenceWords(difference: PairedDifference): string {
  const { estimate, standardError, margin, detectable } = difference;
  const size = `${shownNumber(estimate)} ± ${shownNumber(standardError)}`;
  const range = `±${shownNumber(margin ?? 0)}`;
  return wordsOf(difference, {
    seen: `${estimate < 0 ? "lower" : "higher"}: difference ${size}`,
    within: `within ${range}`,
    equivalent: `equivalent within ${range}: ${size}`,
    size,
    detectable: `±${shownNumber(detectable)}`,
  });
}

function ratioWords(difference: PairedDifference, margin: number): string {
  const { estimate, critical, detectable } = difference;
  const times = (log: number): string => shownNumber(Math.exp(log));
  const size = `${times(estimate)} times (95 %: ${times(estimate - critical)} to ${times(estimate + critical)})`;
  return wordsOf(difference, {
    seen: `${estimate < 0 ? "lower" : "higher"}: ${size}`,
    within: `within a factor of ${margin}`,
    equivalent: `equivalent within a factor of ${margin}: ${size}`,
    size,
    detectable: `a factor of ${times(detectable)}`,
  });
}

/** The one of three answers that holds: seen, equivalent, not distinguishable. */
function wordsOf(
  { seen, equivalent, standardError }: PairedDifference,
  words: Readonly<Record<"seen" | "within" | "equivalent" | "size" | "detectable", string>>,
): string {
  if (seen) return `seen, ${words.seen}${equivalent ? `, ${words.within}` : ""}`;
  if (equivalent) return words.equivalent;
  if (standardError === 0) return `not distinguishable, all differences are alike: ${words.size}`;
  return `not distinguishable: ${words.size}; the smallest difference that could have been seen is ${words.detectable}`;
}

/** One sentence: which differences were seen. */
export function summaryOf(flatness: Flatness, optimizers: readonly OptimizerName[]): string {
  return optimizers
    .filter((optimizer) => optimizer !== "sgd")
    .map((optimizer) => {
      const all = comparisonsOf(flatness, optimizer);
      const seen = all.filter(({ difference }) => difference?.seen);
      const title = optimizerTitles[optimizer];
      if (seen.length === 0) return `${title} against SGD: no difference was seen in ${all.length} quantities.`;
      const namesOf = (sign: number): string[] =>
        seen
          .filter(({ difference }) => Math.sign(difference!.estimate) === sign)
          .map(({ name, difference }) => `${name}${difference!.equivalent ? " (within the margin)" : ""}`);
      const [lower, higher] = [namesOf(-1), namesOf(1)];
      const parts = [
        ...(lower.length > 0 ? [`lower ${listed(lower)}`] : []),
        ...(higher.length > 0 ? [`higher ${listed(higher)}`] : []),
      ];
      return `${title} against SGD: ${parts.join("; ")}; no difference was seen in the other ${all.length - seen.length} of ${all.length} quantities.`;
    })
    .join(" ");
}

function listed(names: readonly string[]): string {
  return names.map((name) => name[0]!.toLowerCase() + name.slice(1)).join(", ");
}
