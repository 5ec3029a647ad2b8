/** What is read off test curves: the paper's quantities, and how they are printed. */
import { primaryOf, type RecordedEvaluation } from "entropy-sgd-training";
import { percentagePoints, type Unit } from "../../statistics/words.ts";

/** A quantity of an evaluation on the test set; smaller is better. */
export interface Quantity {
  /** In words, as the label of an axis. */
  readonly label: string;
  /** Behind values, with a blank before it. */
  readonly sign: string;
  readonly unit: Unit;
  /** null where the evaluation has none. */
  valueIn(evaluation: RecordedEvaluation): number | null;
}

/** The quantities by name. */
export const quantities = {
  error: {
    label: "test error, %",
    sign: " %",
    unit: percentagePoints,
    valueIn: (evaluation) => finite(primaryOf(evaluation).test),
  },
  perplexity: {
    label: "test perplexity",
    sign: "",
    unit: { scale: 1, difference: "", digits: 2 },
    valueIn: (evaluation) => finite(primaryOf(evaluation).test),
  },
  nats: {
    label: "test cross-entropy, nats per character",
    sign: " nats",
    unit: { scale: 1, difference: " nats", digits: 3 },
    valueIn: (evaluation) => finite(evaluation.testLoss),
  },
} as const satisfies Readonly<Record<string, Quantity>>;

/** The name of a quantity. */
export type QuantityName = keyof typeof quantities;

const finite = (value: number | null): number | null => (Number.isFinite(value) ? value : null);
