/** The columns of the table of runs. */
import type { GroupRow, RunRow } from "entropy-sgd-lab";
import { grouped, metricCell, metricSpread, plain, significant } from "../text/numbers.ts";

/** A column: what it is sorted by, and what a run and a group of seeds say in it. */
export interface Column {
  /** The field of a run's record. */
  readonly key: string;
  readonly title: string;
  readonly isNumber?: boolean;
  /** Left out on narrow pages. */
  readonly isWide?: boolean;
  readonly run: (row: RunRow) => string;
  readonly group: (row: GroupRow) => string;
}

const none = (): string => "";

/** Columns behind the name and the status. */
export const columns: readonly Column[] = [
  {
    key: "test",
    title: "test",
    isNumber: true,
    run: ({ facts }) => (facts === null ? "" : withUnit(facts.metric.name, metricCell(facts.metric.name, facts.test))),
    group: ({ metric: { name }, test: { mean, sd } }) => withUnit(name, metricSpread(name, mean, sd)),
  },
  {
    key: "validation",
    title: "validation",
    isNumber: true,
    run: ({ facts }) =>
      facts === null ? "" : withUnit(facts.metric.name, metricCell(facts.metric.name, facts.validation)),
    group: ({ metric: { name }, validation: { mean, sd } }) => withUnit(name, metricSpread(name, mean, sd)),
  },
  {
    key: "trainLoss",
    title: "train loss",
    isNumber: true,
    isWide: true,
    run: ({ facts }) => (facts === null ? "" : significant(facts.trainLoss)),
    group: ({ trainLoss: { mean, sd } }) => metricSpread("loss", mean, sd),
  },
  {
    key: "optimizer",
    title: "optimizer",
    run: ({ facts }) =>
      facts === null ? "" : `${facts.optimizer}${facts.preset === null ? "" : ` (${facts.preset})`}`,
    group: none,
  },
  { key: "network", title: "network", isWide: true, run: ({ facts }) => facts?.network ?? "", group: none },
  { key: "seed", title: "seed", isNumber: true, run: ({ facts }) => plainFact(facts?.seed), group: none },
  {
    key: "gradientEvaluations",
    title: "gradients",
    isNumber: true,
    run: ({ facts }) => (facts === null ? "" : grouped(facts.gradients)),
    group: none,
  },
];

function plainFact(value: unknown): string {
  return value === undefined ? "" : plain(value);
}

/** Runs in one table may be judged by different metrics, so that each cell names its own. */
function withUnit(metric: string, cell: string): string {
  if (cell === "–") return cell;
  return metric === "error" ? `${cell} %` : `${cell} ${metric}`;
}
