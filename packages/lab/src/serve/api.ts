/**
 * What `entropy-sgd serve` answers, as types for the page that asks: JSON over GET, all paths on the server's own origin.
 *
 * | path | answer |
 * |---|---|
 * | `/api/runs` | `RunList` |
 * | `/api/groups` | `GroupList` |
 * | `/api/fields` | `FieldList` |
 * | `/api/run?run=ID` | `RunDetail` |
 * | `/api/curve?run=ID&x=gradients&from=0&to=100&points=2000&smoothing=5&columns=batchLoss,scope` | `Curve`; all but `run` optional |
 * | `/api/compare?run=ID&run=ID&quantity=test` | `CompareAnswer`; groups of seeds are made of the runs named |
 * | `/api/measurement?run=ID&place=PLACE` | the JSON of a measurement, as docs/measurements.md has it |
 * | `/api/figure?run=ID&place=PLACE&name=NAME` | an SVG of a measurement, for `<img>` |
 * | `/api/report?run=ID` | the report as a page of HTML, rendered now, for a link or `<iframe>` |
 * | `/api/events?since=VERSION&run=ID&at=POSITION` | server-sent events, `StreamEvents` by name |
 *
 * A run is named by its id, the path below the folder served with "/" between its parts ("." where the folder is a run itself): pass it
 * through URLSearchParams. A refused request has a status from 400 on and an `ApiError`. Numbers that are not finite are null. Errors
 * and other shares are fractions, as in the files.
 */
import type { PrimaryMetric } from "entropy-sgd-training";
import type { Value } from "../runs/runFields.ts";
import type { RunStatus } from "../runs/storedRun.ts";
import type { DifferenceOverSeeds } from "../statistics/overSeeds.ts";
import type { Spread } from "../statistics/spread.ts";

/** The answer to a refused request. */
export interface ApiError {
  /** One sentence for the reader. */
  readonly error: string;
}

/** `/api/runs`: the table of runs, in order of their ids. */
export interface RunList {
  /** The folder served, as it was given to the command. */
  readonly folder: string;
  /** Of the table: `since` of `/api/events` asks for the changes after it. */
  readonly version: string;
  readonly runs: readonly RunRow[];
}

/** A run, or something else in the place of one. */
export interface RunRow {
  readonly id: string;
  readonly status: RunStatus;
  /** Why it is torn or foreign; null otherwise. */
  readonly reason: string | null;
  /** When its folder was made, as far as the file system knows, and when its events changed last: ISO 8601; null where unknown. */
  readonly created: string | null;
  readonly changed: string | null;
  /** null if it is torn or foreign. */
  readonly facts: RunFacts | null;
}

/** The facts of a run that could be read. */
export interface RunFacts {
  /** Runs with equal keys differ in the seed alone. */
  readonly group: string;
  readonly network: string;
  readonly task: string;
  readonly optimizer: string;
  readonly preset: string | null;
  readonly seed: number;
  readonly device: string;
  /** The budget in effective epochs. */
  readonly budget: number;
  /** Gradients so far. */
  readonly gradients: number;
  /** Gradients of the whole run; null before it began, as the next one is. */
  readonly totalGradients: number | null;
  readonly gradientsPerEpoch: number | null;
  readonly effectiveEpochs: number;
  /** Wall time at the end or the last evaluation; null before the first. */
  readonly seconds: number | null;
  /** The metric that the four values are of. */
  readonly metric: PrimaryMetric;
  /** At the end, or at the last evaluation of a run that has not ended. */
  readonly validation: number | null;
  readonly test: number | null;
  /** On the test set at the best validation, and the best of all evaluations; null until the run has ended. */
  readonly bestTest: number | null;
  readonly extremeTest: number | null;
  readonly trainLoss: number | null;
  /** Why it ended: "budget", "time", "early-stopping", …; null until then. */
  readonly endReason: string | null;
}

/** `/api/groups`: runs that differ in the seed alone. */
export interface GroupList {
  readonly version: string;
  readonly groups: readonly GroupRow[];
}

/** What runs came to, over seeds. */
export interface GroupResults {
  readonly validation: Spread;
  readonly test: Spread;
  readonly bestTest: Spread;
  readonly trainLoss: Spread;
  readonly seconds: Spread;
}

/** Runs that differ in the seed alone. */
export interface GroupRow extends GroupResults {
  /** As in `RunFacts`. */
  readonly group: string;
  /** The optimizer, and the settings in which the groups differ. */
  readonly label: string;
  readonly runs: readonly string[];
  /** The runs that ended, one for each seed: the spreads are over them. */
  readonly counted: readonly string[];
  readonly metric: PrimaryMetric;
}

/** `/api/fields`: every run as the flat record of `runs list --json`: what `RunFacts` has, settings, options and all results by name. */
export interface FieldList {
  readonly version: string;
  readonly runs: readonly { readonly id: string; readonly fields: Readonly<Record<string, Value>> }[];
}

/** `/api/run`: all of one run but its outer steps. */
export interface RunDetail {
  readonly row: RunRow;
  /** null if it is torn or foreign. */
  readonly content: DetailContent | null;
}

/** The content of a run that could be read. */
export interface DetailContent {
  /** Settings, then the optimizer's options, each as `--set` takes it. */
  readonly settings: readonly (readonly [name: string, value: Value])[];
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** null before the run began, as the next two are. */
  readonly numParams: number | null;
  /** Gradients of one outer step. */
  readonly innerSteps: number | null;
  readonly batchSize: number | null;
  readonly evaluations: readonly EvaluationRow[];
  readonly warnings: readonly Notice[];
  /** Resumes, rollbacks and non-finite values. */
  readonly incidents: readonly Notice[];
  /** Files edited since the run ended, in words. */
  readonly edits: readonly string[];
  readonly measurements: readonly MeasurementEntry[];
  /** Figures that the run does not have, each with the command that makes it. */
  readonly missing: readonly MissingFigure[];
  /** How far its log was read: `at` of `/api/events` asks for what comes after it. */
  readonly position: string;
}

/** Something that happened to a run, as a sentence. */
export interface Notice {
  readonly gradients: number;
  readonly message: string;
}

/** An evaluation. */
export interface EvaluationRow {
  readonly gradients: number;
  readonly effectiveEpochs: number;
  readonly seconds: number;
  readonly validationLoss: number | null;
  readonly testLoss: number | null;
  /** The primary metric. */
  readonly validation: number | null;
  readonly test: number | null;
}

/** A measurement of a run, in its folder or in that of the first run of a pair. */
export interface MeasurementEntry {
  /** The run whose folder it lies in: `run` of `/api/measurement` and `/api/figure`. */
  readonly run: string;
  /** Its folder below `measurements/`: "spectrum", "slice-with-two", "spectrum-2". */
  readonly place: string;
  /** The command that made it: "spectrum", "local-entropy", "robustness", "flatness", "slice". */
  readonly name: string;
  /** Whether a signal ended it, so that it is not complete. */
  readonly interrupted: boolean;
  readonly settings: readonly (readonly [name: string, value: Value])[];
  /** Names of its SVGs for `/api/figure`. */
  readonly figures: readonly string[];
}

/** A figure that a run does not have. */
export interface MissingFigure {
  readonly name: string;
  /** What it would show, in a few words. */
  readonly title: string;
  /** For a shell, in the folder in which the server was started. */
  readonly command: string;
}

/** What a curve can be drawn against; seconds are interpolated between evaluations, the only events that are timed. */
export type CurveAxis = "gradients" | "epochs" | "seconds";

/** The quantities of an outer step; for optimizers without a scope the three in the middle have no values. */
export type CurveColumn =
  | "batchLoss"
  | "learningRate"
  | "scope"
  | "distance"
  | "localEntropyGradientNorm"
  | "gradientNorm";

/**
 * `/api/curve`: outer steps in an interval of the axis, at most `points` of them.
 *
 * Where some are left out, the interval is divided into bins of equally many steps, and first and last step of each bin and those at
 * which any of the columns is lowest or highest are kept: no extreme is lost. `smoothing` is the length in outer steps of the running
 * mean (over this step and those before it), which is taken of all steps before any is left out.
 */
export interface Curve {
  readonly run: string;
  readonly axis: CurveAxis;
  /** Outer steps in the log, and in the interval: more than are answered where some are left out. */
  readonly total: number;
  readonly inInterval: number;
  /** First and last x of the whole run; null without outer steps. */
  readonly extent: readonly [number, number] | null;
  /** Ascending; seconds are all 0 before the first evaluation is done. The step before the interval and that behind it are there too. */
  readonly x: readonly number[];
  readonly gradients: readonly number[];
  /** As long as x; null for a column that has no value in the whole run, absent where it was not asked for. */
  readonly columns: { readonly [Name in CurveColumn]?: readonly (number | null)[] | null };
  /** How far the log was read: `at` of `/api/events` asks for what comes after it. */
  readonly position: string;
}

/** What runs are compared by at equal gradients: the primary metric, or a loss. */
export type ComparedQuantity = "test" | "validation" | "testLoss" | "validationLoss";

/** `/api/compare`: runs on different networks, data, budgets or metrics are compared apart. */
export interface CompareAnswer {
  readonly quantity: ComparedQuantity;
  readonly comparisons: readonly Comparison[];
}

/** Groups on the same network, data and budget, judged by the same metric. */
export interface Comparison {
  readonly network: string;
  readonly data: string;
  readonly budget: number;
  readonly metric: PrimaryMetric;
  readonly gradientsPerEpoch: number | null;
  readonly groups: readonly ComparedGroup[];
  /** Settings that differ, with their values in the order of the groups. */
  readonly differing: readonly (readonly [name: string, values: readonly Value[]])[];
  /** Of the primary metric on the test set at the end: the first group with a value minus each other one. */
  readonly differences: readonly ComparedDifference[];
}

/** The curve of one group. */
export interface ComparedGroup {
  readonly group: string;
  readonly label: string;
  readonly runs: readonly string[];
  readonly seeds: readonly number[];
  /** Of those that ended. */
  readonly results: GroupResults;
  /** Of the quantity, over the runs that have been evaluated at as many gradients: columns of equal length, gradients ascending. */
  readonly curve: {
    readonly gradients: readonly number[];
    readonly mean: readonly number[];
    /** Mean ± one sample standard deviation; the mean where n is 1. */
    readonly low: readonly number[];
    readonly high: readonly number[];
    readonly n: readonly number[];
  };
}

/** A difference between two groups, with its judgement in words. */
export interface ComparedDifference {
  readonly first: string;
  readonly second: string;
  readonly test: DifferenceOverSeeds;
  readonly sentence: string;
}

/**
 * `/api/events`: each event's data by its name (`addEventListener(name, …)`).
 *
 * `since` is the version of a table, `run` and `at` (each repeated, in the same order) are the runs whose logs are followed, and how far
 * they are known. Every event has an id, which EventSource sends again when it connects again: nothing is lost or repeated, also after
 * the server was started anew. Without `since` and `at` only what happens from then on is told.
 */
export interface StreamEvents {
  /** Rows that are new or have changed, and ids of runs that are gone. */
  readonly rows: { readonly version: string; readonly changed: readonly RunRow[]; readonly removed: readonly string[] };
  /** The table is not known from where it was left: ask for `/api/runs` again. */
  readonly reload: { readonly version: string };
  /** What was appended to the log of a run that is followed; gradients ascend. */
  readonly log: LogBatch;
  /** The log of a run was replaced (it was resumed from an earlier point, or deleted): ask for it again. */
  readonly reset: { readonly run: string; readonly position: string };
}

/** What was appended to a log, at most a few times a second. */
export interface LogBatch {
  readonly run: string;
  readonly position: string;
  /** Outer steps as columns of equal length. */
  readonly outers: {
    readonly gradients: readonly number[];
    readonly epochs: readonly number[];
    readonly columns: { readonly [Name in CurveColumn]: readonly (number | null)[] };
  };
  readonly evaluations: readonly EvaluationRow[];
  readonly warnings: readonly Notice[];
  /** Whether the run has ended with it. */
  readonly ended: boolean;
}
