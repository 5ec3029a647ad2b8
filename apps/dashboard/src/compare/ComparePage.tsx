/** Runs beside one another: a line for each group of seeds, with a band, and a table of what they came to. */
import type { Comparison } from "entropy-sgd-lab";
import { useEffect } from "preact/hooks";
import { Chart } from "../charts/Chart.tsx";
import { within } from "../charts/chartKeys.ts";
import { joined } from "../charts/joined.ts";
import type { ChartLine } from "../charts/plotOptions.ts";
import { maxDots, stylesOf } from "../charts/seriesStyles.ts";
import type { Axis, Quantity } from "../state/address.ts";
import { adjust, follow, hrefOf, place } from "../state/place.ts";
import { Failure } from "../text/Failure.tsx";
import { metricScale, metricTitle, plain } from "../text/numbers.ts";
import { answer, chosenRows, compareError, keepComparing } from "./comparisons.ts";
import { Differences } from "./Differences.tsx";
import { ResultTable } from "./ResultTable.tsx";

/** What is compared, in words. */
const quantities: Readonly<Record<Quantity, string>> = {
  test: "metric on the test set",
  validation: "metric on the validation set",
  testLoss: "loss on the test set",
  validationLoss: "loss on the validation set",
};

/** The comparison of the runs that were chosen. */
export function ComparePage() {
  useEffect(keepComparing, []);
  if (chosenRows.value.length === 0) return <p class="lead">No runs are chosen. Choose some in the table of runs.</p>;
  const found = answer.value;
  return (
    <>
      <Controls />
      {compareError.value !== null && <Failure message={compareError.value} />}
      {found?.comparisons.map((comparison) => (
        <Compared key={keyOf(comparison)} comparison={comparison} quantity={found.quantity} />
      ))}
    </>
  );
}

function keyOf({ network, data, budget, metric: { name } }: Comparison): string {
  return JSON.stringify([network, data, budget, name]);
}

function Controls() {
  const { quantity, axis, log, zoom } = place();
  return (
    <div class="controls">
      <label>
        Compare
        <select value={quantity} onChange={({ currentTarget: { value } }) => adjust({ quantity: value as Quantity })}>
          {Object.entries(quantities).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label>
        Against
        <select
          value={axis === "epochs" ? "epochs" : "gradients"}
          onChange={({ currentTarget: { value } }) => adjust({ axis: value as Axis, zoom: null })}
        >
          <option value="gradients">gradient evaluations</option>
          <option value="epochs">effective epochs</option>
        </select>
      </label>
      <label>
        <input type="checkbox" checked={log} onChange={({ currentTarget: { checked } }) => adjust({ log: checked })} />
        Log scale
      </label>
      <button type="button" disabled={zoom === null} onClick={() => adjust({ zoom: null })}>
        Show all
      </button>
    </div>
  );
}

interface ComparedProps {
  readonly comparison: Comparison;
  readonly quantity: Quantity;
}

function Compared({ comparison, quantity }: ComparedProps) {
  const { axis, log, zoom } = place();
  const { network, budget, metric, groups, gradientsPerEpoch } = comparison;
  const isMetric = quantity === "test" || quantity === "validation";
  const title = `${quantity.replace("Loss", "")} ${isMetric ? metricTitle(metric.name) : "loss"}`;
  const isInEpochs = axis === "epochs" && gradientsPerEpoch !== null;
  const { x, lines } = linesOf(comparison, isMetric ? metricScale(metric.name) : 1, isInEpochs ? gradientsPerEpoch : 1);
  const extent = [0, x.at(-1) ?? 1] as const;
  return (
    <section>
      <h2>
        {network}, {plain(budget)} effective epochs
      </h2>
      {x.length === 0 ? (
        <p>None of these runs has been evaluated yet.</p>
      ) : (
        <Chart
          title={title}
          yLabel={title}
          xLabel={isInEpochs ? "effective epochs" : "gradient evaluations"}
          x={x}
          lines={lines}
          log={log}
          interval={zoom ?? extent}
          onZoom={(asked) => adjust({ zoom: within(asked, extent) })}
        >
          {groups.some(({ seeds }) => seeds.length > 1) && (
            <p class="note">Mean over seeds, band ± one standard deviation.</p>
          )}
        </Chart>
      )}
      <ResultTable comparison={comparison} />
      <Differences comparison={comparison} />
      <p class="note">
        {groups
          .flatMap(({ runs }) => runs)
          .map((run, i) => (
            <span key={run}>
              {i > 0 && ", "}
              <a href={hrefOf({ view: "run", run, zoom: null })} onClick={follow({ view: "run", run, zoom: null })}>
                {run}
              </a>
            </span>
          ))}
      </p>
    </section>
  );
}

/** A line with a band for each group; x in gradients, or in epochs of so many. */
function linesOf({ groups }: Comparison, scale: number, perX: number) {
  const styles = stylesOf(groups.map(({ label }) => label));
  const scaled = (values: readonly number[]): number[] => values.map((value) => scale * value);
  const { x, columns } = joined(
    groups.map(({ curve }) => ({
      x: curve.gradients.map((gradients) => gradients / perX),
      columns: [scaled(curve.mean), scaled(curve.low), scaled(curve.high)],
    })),
  );
  const lines = groups.map(({ label, curve }, i): ChartLine => {
    const [values, low, high] = columns.slice(3 * i, 3 * i + 3);
    const line = { label, values: values!, style: styles[i]! };
    // A band needs several seeds.
    const isBand = curve.n.some((n) => n > 1);
    return {
      ...line,
      ...(isBand ? { band: { low: low!, high: high! } } : {}),
      ...(curve.gradients.length <= maxDots ? { look: "dotted" as const } : {}),
    };
  });
  return { x, lines };
}
