/** The log of a run as columns: what curves and streams are cut from. */
import {
  type OuterEvent,
  primaryOf,
  type RecordedEvaluation,
  type RunResult,
  type StartEvent,
} from "entropy-sgd-training";
import type { RecordedEvent } from "../runs/eventSchemas.ts";
import { incidentInWords } from "../runs/incidents.ts";
import type { CurveColumn, EvaluationRow, LogBatch, Notice } from "./api.ts";

/** The quantities of an outer step. */
export const curveColumns = [
  "batchLoss",
  "learningRate",
  "scope",
  "distance",
  "localEntropyGradientNorm",
  "gradientNorm",
] as const satisfies readonly CurveColumn[];

/** Something with the place in the file behind its line. */
interface Placed<Item> {
  readonly end: number;
  readonly item: Item;
}

/** The content of events.jsonl so far. */
export interface LogColumns {
  start: StartEvent | null;
  result: RunResult | null;
  /** Of each outer step: the place behind its line, its position and its quantities; NaN where it has no value. */
  readonly ends: number[];
  readonly gradients: number[];
  readonly epochs: number[];
  readonly columns: { readonly [Name in CurveColumn]: number[] };
  readonly evaluations: Placed<RecordedEvaluation>[];
  readonly warnings: Placed<Notice>[];
  readonly incidents: Placed<Notice>[];
}

/** An empty log. */
export function emptyColumns(): LogColumns {
  return {
    start: null,
    result: null,
    ends: [],
    gradients: [],
    epochs: [],
    columns: {
      batchLoss: [],
      learningRate: [],
      scope: [],
      distance: [],
      localEntropyGradientNorm: [],
      gradientNorm: [],
    },
    evaluations: [],
    warnings: [],
    incidents: [],
  };
}

/** Adds the event of a line that ends at `end`. */
export function appendEvent(log: LogColumns, event: RecordedEvent, end: number): void {
  if (event.type === "outer") appendOuter(log, event, end);
  else if (event.type === "evaluation") log.evaluations.push({ end, item: event });
  else if (event.type === "start") log.start = event;
  else if (event.type === "end") log.result = event.result;
  else if (event.type === "warning") {
    log.warnings.push({ end, item: { gradients: event.gradients, message: event.message } });
  } else if (event.type === "extend") {
    if (log.start !== null) log.start = { ...log.start, budget: event.to, totalGradients: event.totalGradients };
  } else if (event.type !== "checkpoint") {
    log.incidents.push({ end, item: { gradients: event.gradients, message: incidentInWords(event) } });
  }
}

function appendOuter(log: LogColumns, event: OuterEvent, end: number): void {
  log.ends.push(end);
  log.gradients.push(event.gradients);
  log.epochs.push(event.effectiveEpochs);
  for (const name of curveColumns) log.columns[name].push(event[name] ?? Number.NaN);
}

/** An evaluation as it is answered. */
export function evaluationRow(event: RecordedEvaluation): EvaluationRow {
  const { validation, test } = primaryOf(event);
  return {
    gradients: event.gradients,
    effectiveEpochs: event.effectiveEpochs,
    seconds: event.seconds,
    validationLoss: orNull(event.validationLoss),
    testLoss: orNull(event.testLoss),
    validation: orNull(validation),
    test: orNull(test),
  };
}

/** What was appended behind a place in the file. */
export function batchAfter(log: LogColumns, offset: number): Omit<LogBatch, "run" | "position"> {
  const first = firstBehind(log.ends, offset);
  const after = <Item>(items: readonly Placed<Item>[]): Item[] => {
    let from = items.length;
    while (from > 0 && items[from - 1]!.end > offset) from--;
    return items.slice(from).map(({ item }) => item);
  };
  return {
    outers: {
      gradients: log.gradients.slice(first),
      epochs: log.epochs.slice(first),
      columns: columnsOf((name) => log.columns[name].slice(first).map(orNull)),
    },
    evaluations: after(log.evaluations).map(evaluationRow),
    warnings: after(log.warnings),
    // The end is the last line.
    ended: log.result !== null,
  };
}

function columnsOf<Column>(columnOf: (name: CurveColumn) => Column): { readonly [Name in CurveColumn]: Column } {
  const entries = curveColumns.map((name) => [name, columnOf(name)] as const);
  return Object.fromEntries(entries) as { readonly [Name in CurveColumn]: Column };
}

/** The first index whose value, of ascending ones, lies behind `bound`. */
export function firstBehind(values: readonly number[], bound: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A number for JSON. */
export function orNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
