/** A small network, trained by SGD and Entropy-SGD at equal gradient evaluations, and how flat its solutions are. */
import "./network.css";
import { computed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Chart } from "../../ui/chart.ts";
import { Choice, PlayButton, Slider } from "../../ui/controls.tsx";
import { FigureFrame } from "../../ui/FigureFrame.tsx";
import { LineChart } from "../../ui/LineChart.tsx";
import { useFrames } from "../../ui/motion.ts";
import { shownNumber } from "../../ui/numbers.ts";
import { paperInk } from "../../ui/palette.ts";
import { stackedSvg } from "../../ui/svgOf.ts";
import { Answers } from "./Answers.tsx";
import { lossChart, spreadOf } from "./charts.ts";
import { summaryOf } from "./comparisons.ts";
import { numbersTable } from "./exported.ts";
import { FlatnessPanel, measuredCharts } from "./FlatnessPanel.tsx";
import { networkKnobs } from "./knobs.ts";
import { OwnData } from "./OwnData.tsx";
import { optimizerNames, optimizerTitles } from "./setUp.ts";
import {
  beginning,
  evaluated,
  flatness,
  followKnobs,
  measured,
  nextRound,
  ownData,
  problem,
  program,
  restart,
  round,
  running,
} from "./work.ts";

const { knobs, values } = networkKnobs;

const names = computed(() => optimizerNames({ third: values.third.value }));
const chart = computed(
  (): Chart => lossChart(evaluated.value, names.value, beginning.value?.totalGradients ?? values.budget.value),
);

const status = computed((): string => {
  if (problem.value !== "") return problem.value;
  if (values.data.value === "own" && ownData.value === null) return "Choose a file of yours.";
  if (beginning.value === null) return "Setting up …";
  if (measured.value !== null) return `Measuring: ${measured.value.done} of ${measured.value.total} solutions.`;
  if (flatness.value !== null) return summaryOf(flatness.value, names.value);
  const { network, numParams, totalGradients } = beginning.value;
  const at = Math.max(0, ...evaluated.value.map(({ gradients }) => gradients));
  const losses = names.value.map((name) => {
    const last = evaluated.value.filter(({ optimizer, gradients }) => optimizer === name && gradients === at);
    if (last.length === 0) return `${optimizerTitles[name]} none`;
    const { mean, deviation } = spreadOf(last.map(({ testLoss }) => testLoss));
    return `${optimizerTitles[name]} ${shownNumber(mean)} ± ${shownNumber(deviation)}`;
  });
  const failed = (round.value?.failed ?? []).map(
    ({ optimizer, seed }) => `${optimizerTitles[optimizer]} with seed ${seed}`,
  );
  const lost = failed.length === 0 ? "" : ` No finite loss: ${failed.join(", ")}; a smaller learning rate may help.`;
  return `${network}, ${shownNumber(numParams)} weights: ${shownNumber(at)} of ${shownNumber(totalGradients)} gradients. Held-out loss: ${losses.join(", ")}.${lost}`;
});

function Controls() {
  const third = values.third.value;
  const isGenerated = values.data.value === "moons" || values.data.value === "spirals";
  return (
    <>
      <Choice knob={knobs.data} value={values.data} />
      <Choice knob={knobs.third} value={values.third} />
      <Slider knob={knobs.gamma} value={values.gamma} />
      <Slider knob={knobs.innerSteps} value={values.innerSteps} />
      <Slider knob={knobs.seeds} value={values.seeds} />
      <details class="more">
        <summary>More settings</summary>
        <div class="controls">
          <Slider knob={knobs.budget} value={values.budget} />
          <Slider knob={knobs.seed} value={values.seed} />
          {isGenerated && <Slider knob={knobs.noise} value={values.noise} />}
          <Slider knob={knobs.hidden} value={values.hidden} />
          <Choice knob={knobs.activation} value={values.activation} />
          <Slider knob={knobs.rate} value={values.rate} />
          <Slider knob={knobs.innerRate} value={values.innerRate} />
          <Slider knob={knobs.epsilon} value={values.epsilon} />
          {third === "adam" && <Slider knob={knobs.adamRate} value={values.adamRate} />}
        </div>
      </details>
    </>
  );
}

export function Figure() {
  const element = useRef<HTMLDivElement>(null);
  useEffect(followKnobs, []);
  useFrames(element, running, () => void nextRound());
  return (
    <FigureFrame
      group={networkKnobs}
      controls={<Controls />}
      status={status}
      exported={() => ({
        svg: stackedSvg([chart.value, ...measuredCharts()], paperInk),
        table: numbersTable(evaluated.value, flatness.value),
      })}
      code={program}
      linkNote={() => (values.data.value === "own" ? "without your file, which no address can hold" : "")}
    >
      {values.data.value === "own" && <OwnData />}
      <div class="buttons">
        <PlayButton running={running} />
        <button type="button" onClick={nextRound}>
          Step
        </button>
        <button type="button" onClick={restart}>
          Start again
        </button>
      </div>
      <div ref={element}>
        <Answers />
        <LineChart chart={chart} />
      </div>
      <FlatnessPanel />
    </FigureFrame>
  );
}
