/** LeNet on MNIST, trained in the reader's tab when they press the button. */

import { bench, bytes } from "virtual:downloads";
import { computed } from "@preact/signals";
import { Choice, Slider } from "../../ui/controls.tsx";
import { FigureFrame } from "../../ui/FigureFrame.tsx";
import { LineChart } from "../../ui/LineChart.tsx";
import { Answers } from "./Answers.tsx";
import { distanceChart, inWords, lossChart, megabytes, percent, readings } from "./charts.ts";
import { estimatedSeconds } from "./estimate.ts";
import { lenetKnobs } from "./knobs.ts";
import { programOf } from "./programOf.ts";
import { commandOf } from "./recipe.ts";
import { shownNames } from "./run.ts";
import { askedRuns, doing, failure, isLoaded, notKept, runs, start, stop, threadsOf } from "./training.ts";

const { knobs, values } = lenetKnobs;
const chart = computed(() => lossChart(runs.value));
const distance = computed(() => distanceChart(runs.value));
const total = bytes.mnist + bytes.runtime;

/** By the time of a gradient measured in this tab, or else where it was measured for the repository. */
const estimate = computed(() => {
  const here = runs.value.filter(({ msPerGradient }) => msPerGradient !== null).at(-1)?.msPerGradient ?? null;
  const there = threadsOf() === 1 ? bench.oneThread : bench.allThreads;
  const seconds = askedRuns().reduce((sum, settings) => sum + estimatedSeconds(settings, here ?? there), 0);
  return `about ${inWords(seconds)}${here === null ? ` where we measured it (${bench.machine})` : ""}`;
});

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
  const words = isLoaded.value ? "Train" : `Fetch ${megabytes(total)} and train`;
  const isUnfinished = runs.value.some(({ losses, result }) => losses.length > 0 && result?.interrupted !== false);
  return (
    <div class="control buttons">
      <button type="button" class="play" disabled={isBusy} onClick={() => void start()}>
        {isUnfinished && !isBusy ? "Go on" : words}
      </button>
      <button type="button" disabled={!isBusy} onClick={stop}>
        Stop
      </button>
      <button type="button" disabled={isBusy || runs.value.length === 0} onClick={() => void start(true)}>
        Start afresh
      </button>
    </div>
  );
}

/** What the button costs, before it is pressed; what happens, after. */
function Notes() {
  const costs = `${megabytes(total)} from this site: ONNX Runtime ${megabytes(bytes.runtime)}, MNIST ${megabytes(bytes.mnist)}`;
  return (
    <>
      <p class="caption">
        {doing.value ?? (isLoaded.value ? "" : `Nothing was fetched yet. The button fetches ${costs}. `)}
        {doing.value === null && `With these settings the training takes ${estimate.value}.`}
      </p>
      {failure.value !== null && (
        <p class="note" role="alert">
          {failure}
        </p>
      )}
      {notKept.value !== null && <p class="note">{notKept}</p>}
      {runs.value.map(
        ({ settings, problem }) =>
          problem !== null && (
            <p class="note" key={settings.optimizer}>
              {shownNames[settings.optimizer]}: {problem}
            </p>
          ),
      )}
    </>
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
      <Notes />
      <LineChart chart={chart} />
      {distance.value.xs.length > 1 && <LineChart chart={distance} height={180} />}
      <Readings />
      <Answers />
    </FigureFrame>
  );
}
