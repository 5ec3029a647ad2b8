/** A run as it is now: its record, its curves in the interval that is shown, and what its log tells meanwhile. */
import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Curve, EvaluationRow, LogBatch, RunDetail } from "entropy-sgd-lab";
import { ask } from "../live/ask.ts";
import { appended, type CurveData, dataOf } from "../live/curveData.ts";
import type { Axis } from "../state/address.ts";

/** How curves are asked for. */
export interface CurveWish {
  readonly axis: Axis;
  readonly zoom: readonly [number, number] | null;
  readonly smoothing: number;
}

/** Steps of an answer: a figure is at most about 1,200 pixels wide. */
const points = 2400;
/** A live curve is asked for again when so many steps were appended. */
const maxAppended = 2400;
/** How often a live curve that cannot grow by itself (smoothed, or against seconds) is asked for again. */
const refreshMs = 1000;

/** One run that is followed. */
export interface FollowedRun {
  readonly id: string;
  readonly detail: ReadonlySignal<RunDetail | null>;
  readonly evaluations: ReadonlySignal<readonly EvaluationRow[]>;
  readonly raw: ReadonlySignal<CurveData | null>;
  /** The running mean; null where none is asked for. */
  readonly smooth: ReadonlySignal<CurveData | null>;
  /** Steps of the whole run, and in the interval; first and last x. */
  readonly size: ReadonlySignal<Pick<Curve, "total" | "inInterval" | "extent"> | null>;
  readonly error: ReadonlySignal<string | null>;
  /** How far its log is known; null before the first answer. */
  position(): string | null;
  /** Asks for record and curves. */
  load(): Promise<void>;
  /** Asks for the curves anew. */
  show(wish: CurveWish): void;
  /** Takes what was appended to the log. */
  append(batch: LogBatch): void;
  /** Forgets what is known: the log was replaced. */
  restart(): Promise<void>;
  close(): void;
}

/** The rows, and those of others that are of later gradients: answers and batches may overlap. */
function withNewer<Row extends { readonly gradients: number }>(
  rows: readonly Row[],
  others: readonly Row[],
): readonly Row[] {
  const last = rows.at(-1)?.gradients ?? Number.NEGATIVE_INFINITY;
  const newer = others.filter(({ gradients }) => gradients > last);
  return newer.length === 0 ? rows : [...rows, ...newer];
}

/** Follows a run. */
export function followedRun(id: string, first: CurveWish): FollowedRun {
  const detail = signal<RunDetail | null>(null);
  const evaluations = signal<readonly EvaluationRow[]>([]);
  const raw = signal<CurveData | null>(null);
  const smooth = signal<CurveData | null>(null);
  const size = signal<Pick<Curve, "total" | "inInterval" | "extent"> | null>(null);
  const error = signal<string | null>(null);
  let wish = first;
  let position: string | null = null;
  let asking = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let numAppended = 0;
  /** What was appended since the curves were last asked for: an answer may lack it. */
  let tail: LogBatch[] = [];

  async function loadCurves(): Promise<void> {
    asking.abort();
    asking = new AbortController();
    clearTimeout(timer);
    timer = undefined;
    tail = [];
    const { axis, zoom, smoothing } = wish;
    const query = { run: id, x: axis, from: zoom?.[0], to: zoom?.[1], points };
    const { signal: stop } = asking;
    try {
      const [own, mean] = await Promise.all([
        ask<Curve>("curve", query, stop),
        smoothing > 1 ? ask<Curve>("curve", { ...query, smoothing }, stop) : null,
      ]);
      batch(() => {
        const answered = dataOf(own);
        raw.value = zoom === null ? tail.reduce(appended, answered) : answered;
        smooth.value = mean === null ? null : dataOf(mean);
        const number = raw.value.x.length - answered.x.length;
        size.value = { total: own.total + number, inInterval: own.inInterval + number, extent: own.extent };
        error.value = null;
      });
      numAppended = 0;
    } catch (failure) {
      if (!stop.aborted) error.value = (failure as Error).message;
    }
  }

  async function load(): Promise<void> {
    try {
      const found = await ask<RunDetail>("run", { run: id });
      // The record first: what the log gains meanwhile is told from its position on, and steps that both have are passed over.
      position = found.content?.position ?? null;
      batch(() => {
        detail.value = found;
        evaluations.value = withNewer(found.content?.evaluations ?? [], evaluations.value);
        error.value = null;
      });
      if (found.content !== null) await loadCurves();
    } catch (failure) {
      error.value = (failure as Error).message;
    }
  }

  function append(given: LogBatch): void {
    position = given.position;
    batch(() => {
      if (given.evaluations.length > 0) evaluations.value = withNewer(evaluations.value, given.evaluations);
      const now = detail.value;
      if (given.warnings.length > 0 && now?.content) {
        const warnings = withNewer(now.content.warnings, given.warnings);
        detail.value = { ...now, content: { ...now.content, warnings } };
      }
      tail.push(given);
      if (wish.zoom !== null || raw.value === null) return;
      const grown = appended(raw.value, given);
      const number = grown.x.length - raw.value.x.length;
      raw.value = grown;
      numAppended += number;
      if (size.value !== null) {
        const { total, inInterval, extent } = size.value;
        size.value = { total: total + number, inInterval: inInterval + number, extent };
      }
    });
    if (given.ended) void load();
    else if (wish.smoothing > 1 || wish.axis === "seconds" || wish.zoom !== null || numAppended > maxAppended) {
      timer ??= setTimeout(loadCurves, refreshMs);
    }
  }

  return {
    id,
    detail,
    evaluations,
    raw,
    smooth,
    size,
    error,
    position: () => position,
    load,
    show(asked) {
      wish = asked;
      void loadCurves();
    },
    append,
    restart() {
      evaluations.value = [];
      return load();
    },
    close() {
      asking.abort();
      clearTimeout(timer);
    },
  };
}
