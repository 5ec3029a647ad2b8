/** A small network, trained by SGD and Entropy-SGD at equal gradient evaluations. */
import "./network.css";
import { computed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Chart } from "../../ui/chart.ts";
import { Choice, PlayButton, Slider } from "../../ui/controls.tsx";
import { FigureFrame } from "../../ui/FigureFrame.tsx";
import { LineChart } from "../../ui/LineChart.tsx";
import { useFrames } from "../../ui/motion.ts";
import { shownNumber } from "../../ui/numbers.ts";
import { ConfusionTable } from "./ConfusionTable.tsx";
import { lossChart, spreadOf } from "./charts.ts";
import { FieldMap } from "./FieldMap.tsx";
import { networkKnobs } from "./knobs.ts";
import { OwnData } from "./OwnData.tsx";
import { optimizerNames, optimizerTitles } from "./setUp.ts";
import {
  beginning,
  evaluated,
  followKnobs,
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

const status = computed(() => {
  if (problem.value !== "") return problem.value;
  if (values.data.value === "own" && ownData.value === null) return "Choose a file of yours.";
  if (beginning.value === null) return "Setting up …";
  const { network, numParams, totalGradients } = beginning.value;
  const at = Math.max(0, ...evaluated.value.map(({ gradients }) => gradients));
  const losses = names.value.map((name) => {
    const last = evaluated.value.filter(({ optimizer, gradients }) => optimizer === name && gradients === at);
    const { mean, deviation } = spreadOf(last.map(({ testLoss }) => testLoss));
    return `${optimizerTitles[name]} ${shownNumber(mean)} ± ${shownNumber(deviation)}`;
  });
  return `${network}, ${shownNumber(numParams)} weights: ${shownNumber(at)} of ${shownNumber(totalGradients)} gradients. Held-out loss: ${losses.join(", ")}.`;
});

export function Figure() {
  const element = useRef<HTMLDivElement>(null);
  useEffect(followKnobs, []);
  useFrames(element, running, () => void nextRound());
  const now = beginning.value;
  return (
    <FigureFrame
      group={networkKnobs}
      controls={
        <>
          <Choice knob={knobs.data} value={values.data} />
          <Choice knob={knobs.third} value={values.third} />
          <Slider knob={knobs.gamma} value={values.gamma} />
          <Slider knob={knobs.seeds} value={values.seeds} />
        </>
      }
      status={status}
      exported={() => chart.value}
      code={program}
    >
      <div class="buttons">
        <PlayButton running={running} />
        <button type="button" onClick={nextRound}>
          Step
        </button>
        <button type="button" onClick={restart}>
          Start again
        </button>
      </div>
      {values.data.value === "own" && <OwnData />}
      <div class="fields" ref={element}>
        {now?.plane &&
          round.value?.fields.map((field) => (
            <figure key={field.optimizer}>
              <figcaption>{optimizerTitles[field.optimizer]}</figcaption>
              <FieldMap
                field={field}
                plane={now.plane!}
                classes={now.classes}
                description={`What the networks of ${optimizerTitles[field.optimizer]} answer over the plane`}
              />
            </figure>
          ))}
        {now &&
          round.value?.confusions.map((confusion) => (
            <ConfusionTable key={confusion.optimizer} confusion={confusion} classes={now.classes} />
          ))}
      </div>
      <LineChart chart={chart} />
    </FigureFrame>
  );
}
