/** The curves of a run, one axis and one interval for all. */
import { Chart } from "../charts/Chart.tsx";
import { within } from "../charts/chartKeys.ts";
import { adjust, place } from "../state/place.ts";
import { metricScale, metricTitle, significant } from "../text/numbers.ts";
import { CurveControls } from "./CurveControls.tsx";
import { type CurveFigure, evaluationFigures, extentOf, stepFigures } from "./curveFigures.ts";
import type { FollowedRun } from "./followedRun.ts";

/** How the axes are called. */
const axisTitles = {
  gradients: "gradient evaluations",
  epochs: "effective epochs",
  seconds: "seconds",
} as const;

interface CurvesProps {
  readonly run: FollowedRun;
}

/** The charts of a run with what changes them. */
export function Curves({ run }: CurvesProps) {
  const { log, zoom } = place();
  const [raw, smooth, evaluations] = [run.raw.value, run.smooth.value, run.evaluations.value];
  if (raw === null) return <p>Reading the curves …</p>;
  // Of what is there already: another axis that was asked for comes with its values.
  const { axis } = raw;
  const metric = run.detail.value?.row.facts?.metric.name ?? "error";
  const scale = metricScale(metric);
  const extent = extentOf(axis, run.size.value?.extent ?? null, raw, evaluations);
  const interval = zoom ?? extent;
  const onZoom = (asked: readonly [number, number] | null): void => adjust({ zoom: within(asked, extent) });
  const evaluated = evaluationFigures(evaluations, axis, metricTitle(metric), scale);
  const [loss, ...others] = stepFigures(raw, smooth);
  const draw = (figure: CurveFigure | undefined) =>
    figure === undefined ? null : (
      <Chart
        key={figure.title}
        {...figure}
        xLabel={axisTitles[axis]}
        log={log && figure.canBeLog}
        group="run"
        interval={interval}
        onZoom={onZoom}
        format={(value) => significant(value)}
      />
    );
  return (
    <section>
      <h2>Curves</h2>
      <CurveControls size={run.size.value} interval={interval} onZoom={onZoom} />
      <div class="charts">
        {draw(loss)}
        {evaluated.map(draw)}
        {others.filter(({ isInner }) => !isInner).map(draw)}
      </div>
      {others.some(({ isInner }) => isInner) && (
        <>
          <h2>The inner loop</h2>
          <p class="lead">
            How far the Langevin chain x′ goes from the weights x, and the force γ(x − μ) that it gives beside the
            gradient of the mini-batch. The paper advises a scope γ that makes the two comparable.
          </p>
          <div class="charts">{others.filter(({ isInner }) => isInner).map(draw)}</div>
        </>
      )}
    </section>
  );
}
