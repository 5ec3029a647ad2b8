/** What the paper found and what we measured: a claim at a time, live from the committed results. */

import { findings } from "virtual:findings";
import { computed } from "@preact/signals";
import type { Chart, Table } from "../../ui/chart.ts";
import { Choice } from "../../ui/controls.tsx";
import { FigureFrame } from "../../ui/FigureFrame.tsx";
import { IntervalChart } from "../../ui/IntervalChart.tsx";
import { type Intervals, intervalsSvg, intervalsTable } from "../../ui/intervals.ts";
import { LineChart } from "../../ui/LineChart.tsx";
import { paperInk } from "../../ui/palette.ts";
import { saddles, spectrum } from "./curvature.ts";
import { early, parity } from "./errors.ts";
import type { Source } from "./findings.ts";
import { findingsKnobs } from "./knobs.ts";
import { robustness, width } from "./valleys.ts";
import type { ClaimView, ShownTable } from "./view.ts";

const { knobs, values } = findingsKnobs;
const { claim, network, perturbation } = values;

const view = computed((): ClaimView => {
  switch (claim.value) {
    case "parity":
      return parity(findings);
    case "early":
      return early(findings, network.value);
    case "width":
      return width(findings);
    case "robustness":
      return robustness(findings, perturbation.value, knobs.perturbation.options[perturbation.value]);
    case "spectrum":
      return spectrum(findings);
    case "saddles":
      return saddles(findings);
  }
});
const isIntervals = (chart: Chart | Intervals): chart is Intervals => "rows" in chart;
const nothing: Chart = { title: "", x: { label: "" }, y: { label: "" }, xs: [0, 1], lines: [] };
const lines = computed(() => (isIntervals(view.value.chart) ? nothing : view.value.chart));
const intervals = computed((): Intervals => {
  const { chart } = view.value;
  return isIntervals(chart) ? chart : { title: "", x: { label: "" }, rows: [] };
});
const status = computed(() => `Shown: ${knobs.claim.options[claim.value]}.`);

/** All of the claim's tables as one, for the CSV of a chart that has no curves. */
function exported(): Chart | { readonly svg: string; readonly table: Table } {
  const { chart } = view.value;
  if (!isIntervals(chart)) return chart;
  return { svg: intervalsSvg(chart, paperInk, 760), table: intervalsTable(chart) };
}

const code = (): string => {
  const [{ file }] = view.value.sources as [Source];
  return `import { readFileSync } from "node:fs";

// In the repository's folder: the numbers behind the figure, as they were measured.
const results = JSON.parse(readFileSync("${file}", "utf8"));
console.dir(results, { depth: 4 });
`;
};

function Shown({ caption, columns, rows }: ShownTable) {
  return (
    <div class="scroll">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" key={column}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([first, ...cells]) => (
            <tr key={[first, ...cells].join()}>
              <th scope="row">{first}</th>
              {cells.map((cell, i) => (
                <td key={columns[i + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Words() {
  const { published, measured, verdict } = view.value;
  return (
    <dl class="findings">
      <dt>Published</dt>
      <dd>{published}</dd>
      <dt>Measured here</dt>
      <dd>{measured}</dd>
      <dt>What follows</dt>
      <dd>{verdict}</dd>
    </dl>
  );
}

export function Figure() {
  const { caption, tables, sources } = view.value;
  return (
    <FigureFrame
      group={findingsKnobs}
      controls={
        <>
          <Choice knob={knobs.claim} value={claim} />
          {claim.value === "early" && <Choice knob={knobs.network} value={network} />}
          {claim.value === "robustness" && <Choice knob={knobs.perturbation} value={perturbation} />}
        </>
      }
      status={status}
      exported={exported}
      code={code}
      command={() => view.value.sources.map(({ command }) => command).join("\n")}
    >
      <Words />
      {isIntervals(view.value.chart) ? <IntervalChart chart={intervals} /> : <LineChart chart={lines} />}
      <p class="caption">{caption}</p>
      {tables.map((table) => (
        <details key={table.caption}>
          <summary>{table.caption}</summary>
          <Shown {...table} />
        </details>
      ))}
      <ul class="sources">
        {sources.map(({ file, command, machine, date, page }) => (
          <li key={file}>
            <code>{command}</code>: {machine}, <time dateTime={date}>{date}</time>. Numbers: <code>{file}</code>,
            explained in <code>{page}</code>.
          </li>
        ))}
      </ul>
    </FigureFrame>
  );
}
