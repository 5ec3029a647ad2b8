/** "Measure flatness": the button, and what it found. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Chart } from "../../ui/chart.ts";
import { LineChart } from "../../ui/LineChart.tsx";
import { shownNumber } from "../../ui/numbers.ts";
import { spreadOf } from "./charts.ts";
import { comparisonsOf } from "./comparisons.ts";
import type { Flatness } from "./flatness.ts";
import { flatnessCharts } from "./flatnessCharts.ts";
import { type OptimizerName, optimizerTitles } from "./setUp.ts";
import { beginning, flatness, measure, measured, running, stopMeasuring } from "./work.ts";

type Charts = ReturnType<typeof flatnessCharts>;

const names = computed((): OptimizerName[] => [
  ...new Set((flatness.value?.runs ?? []).map(({ optimizer }) => optimizer)),
]);
const charts = computed((): Charts | null =>
  flatness.value === null ? null : flatnessCharts(flatness.value, names.value),
);
const nothing: Chart = { title: "", x: { label: "" }, y: { label: "" }, xs: [], lines: [] };
const chartOf = (name: keyof Charts): ReadonlySignal<Chart> => computed(() => charts.value?.[name] ?? nothing);
const shown = {
  spectrum: chartOf("spectrum"),
  noise: chartOf("noise"),
  random: chartOf("random"),
  line: chartOf("line"),
};

/** The charts of the measurement of now; empty before. */
export function measuredCharts(): Chart[] {
  return charts.peek() === null ? [] : Object.values(charts.peek()!);
}

export function FlatnessPanel() {
  const progress = measured.value;
  const found = flatness.value;
  return (
    <div class="flatness">
      <h3>How flat are the solutions?</h3>
      <div class="buttons">
        <button
          type="button"
          disabled={beginning.value === null || running.value || progress !== null}
          onClick={measure}
        >
          Measure flatness
        </button>
        {progress !== null && (
          <>
            <button type="button" onClick={stopMeasuring}>
              Stop
            </button>
            <label>
              <progress max={progress.total} value={progress.done} /> {progress.done} of {progress.total} solutions
            </label>
          </>
        )}
      </div>
      {found !== null && (
        <>
          <p class="caption">
            At {shownNumber(found.gradients)} gradients, on the training examples; bands are one standard deviation over
            seeds.
          </p>
          <div class="pair">
            {Object.entries(shown).map(([name, chart]) => (
              <div key={name}>
                <h4>{chart.value.title}</h4>
                <LineChart chart={chart} height={220} />
              </div>
            ))}
          </div>
          {names.value
            .filter((name) => name !== "sgd")
            .map((name) => (
              <Comparisons key={name} found={found} optimizer={name} />
            ))}
          <p class="caption">
            Differences are over seeds, pair by pair. Seen: a two-sided t-test at 5 % rejects that there is none; with
            eight tests a table as this shows one by chance in up to a third of cases. Equivalent: the difference is
            within a margin that was fixed before (0.02 of a loss, 0.01 of an error, a factor of 1.25 of a curvature).
            Could have been seen: with 80 % power. Not distinguishable is not the same as equal. All but the first three
            measure sharpness: lower is flatter.
          </p>
        </>
      )}
    </div>
  );
}

function Comparisons({ found, optimizer }: { readonly found: Flatness; readonly optimizer: OptimizerName }) {
  const title = optimizerTitles[optimizer];
  const spread = (values: readonly number[]): string => {
    const { mean, deviation } = spreadOf(values);
    return `${shownNumber(mean)} ± ${shownNumber(deviation)}`;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="scroll" aria-label={`${title} against SGD`} tabIndex={0}>
      <table class="comparisons">
        <caption>Differences, and mean ± standard deviation over seeds</caption>
        <thead>
          <tr>
            <th scope="col">quantity</th>
            <th scope="col">{title} against SGD</th>
            <th scope="col">SGD</th>
            <th scope="col">{title}</th>
          </tr>
        </thead>
        <tbody>
          {comparisonsOf(found, optimizer).map(({ name, sgd, other, words }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{words}</td>
              <td>{spread(sgd)}</td>
              <td>{spread(other)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
