/** LeNet on MNIST, trained in the reader's tab when they press the button. */

import { bytes } from "virtual:downloads";
import { computed } from "@preact/signals";
import { Choice, Slider } from "../../ui/controls.tsx";
import { FigureFrame } from "../../ui/FigureFrame.tsx";
import { LineChart } from "../../ui/LineChart.tsx";
import { Answers } from "./Answers.tsx";
import { distanceChart, lossChart, megabytes, percent, readings } from "./charts.ts";
import { lenetKnobs } from "./knobs.ts";
import { programOf } from "./programOf.ts";
import { commandOf } from "./recipe.ts";
import { shownNames } from "./run.ts";
import { askedRuns, doing, failure, isLoaded, runs, start, stop } from "./training.ts";

const { knobs, values } = lenetKnobs;
const chart = computed(() => lossChart(runs.value));
const distance = computed(() => distanceChart(runs.value));
/** While it is on the page. */
const distanceShown = computed(() => distance.value!);
const total = bytes.mnist + bytes.runtime;

const status = computed(() => {
  const now = runs.value.map(({ settings, losses, totalGradients, evaluations }) => {
    const error = evaluations.at(-1)?.testError;
    const end = error === undefined ? "" : `, test error ${percent(error)}`;
    return `${shownNames[settings.optimizer]}: gradient ${losses.length} of ${totalGradients}${end}`;
  });
  return [...(doing.value === null ? [] : [doing.value]), ...now].join(" ");
});

function Readings() {
  if (runs.value.length === 0) return null;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            {runs.value.map(({ settings }) => (
              <th scope="col" key={settings.optimizer}>
                {shownNames[settings.optimizer]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {readings(runs.value).map(([name, cells]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, i) => (
                <td key={runs.value[i]!.settings.optimizer}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Buttons() {
  const isBusy = doing.value !== null;
  return (
    <div class="control buttons">
      <button type="button" class="play" disabled={isBusy} onClick={() => void start()}>
        {isLoaded.value ? "Train" : `Fetch ${megabytes(total)} and train`}
      </button>
      <button type="button" disabled={!isBusy} onClick={stop}>
        Stop
      </button>
    </div>
  );
}

export function Figure() {
  return (
    <FigureFrame
      group={lenetKnobs}
      controls={
        <>
          <Choice knob={knobs.optimizers} value={values.optimizers} />
          <Slider knob={knobs.budget} value={values.budget} />
          <Slider knob={knobs.images} value={values.images} />
          <Slider knob={knobs.seed} value={values.seed} />
          <Choice knob={knobs.threads} value={values.threads} />
          <Buttons />
        </>
      }
      status={status}
      exported={() => chart.value}
      code={() => programOf(askedRuns())}
      command={() => askedRuns().map(commandOf).join("\n")}
    >
      <p>
        {doing.value ??
          (isLoaded.value
            ? ""
            : `Nothing was fetched yet. The button fetches ${megabytes(total)} from this site: ONNX Runtime, ${megabytes(bytes.runtime)}, and MNIST, ${megabytes(bytes.mnist)}.`)}
      </p>
      {failure.value !== null && (
        <p class="note" role="alert">
          {failure}
        </p>
      )}
      <LineChart chart={chart} />
      {distance.value !== null && <LineChart chart={distanceShown} height={180} />}
      <Readings />
      <Answers />
    </FigureFrame>
  );
}
