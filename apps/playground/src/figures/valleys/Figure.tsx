/** Wide and sharp valleys in one dimension: the loss, and −F at a scope that the reader drags. */
import { computed } from "@preact/signals";
import { wrap } from "comlink";
import type { Chart } from "../../ui/chart.ts";
import { Slider } from "../../ui/controls.tsx";
import { FigureFrame } from "../../ui/FigureFrame.tsx";
import { LineChart } from "../../ui/LineChart.tsx";
import { shownNumber } from "../../ui/numbers.ts";
import { newestAnswer } from "../../ui/worker.ts";
import { valleysKnobs } from "./knobs.ts";
import type { LocalEntropyApi } from "./localEntropy.worker.ts";

const worker = wrap<LocalEntropyApi>(
  new Worker(new URL("./localEntropy.worker.ts", import.meta.url), { type: "module" }),
);
const { gamma, seed } = valleysKnobs.values;
const valleys = newestAnswer(
  () => [seed.value, gamma.value] as const,
  ([ofSeed, atGamma]) => worker.valleysAt(ofSeed, atGamma),
);

const xs = Float64Array.from({ length: 1000 }, (_, i) => i);
const nothing = new Float64Array(1000).fill(Number.NaN);

const chart = computed((): Chart => {
  const now = valleys.value;
  return {
    title: "Loss and negative local entropy",
    x: { label: "x", range: [0, 999] },
    y: { label: "loss", range: [-3, 0] },
    xs,
    lines: [
      { name: "loss f", color: 7, width: 1.5, ys: now?.loss ?? nothing },
      { name: "−F", color: 0, width: 2.5, ys: now?.shifted ?? nothing },
    ],
    points:
      now === null
        ? []
        : [
            {
              name: "minimum of f",
              color: 1,
              symbol: "diamond",
              size: 6,
              xs: [now.lowest],
              ys: [now.loss[now.lowest]!],
            },
            { name: "minimum of −F", color: 0, size: 6, xs: [now.widest], ys: [now.shifted[now.widest]!] },
          ],
  };
});

const status = computed(() => {
  const now = valleys.value;
  if (now === null) return "Computing …";
  return `At γ = ${shownNumber(now.gamma)} the minimum of −F is at ${now.widest}, that of the loss at ${now.lowest}.`;
});

const code = (): string => `import { gridLocalEntropy } from "entropy-sgd/landscape";
import { roughValleys } from "entropy-sgd/planted";

const loss = roughValleys(${seed.value});
const negativeLocalEntropy = gridLocalEntropy(loss, { scope: ${gamma.value} });
`;

export function Figure() {
  return (
    <FigureFrame
      group={valleysKnobs}
      controls={
        <>
          <Slider knob={valleysKnobs.knobs.gamma} value={gamma} />
          <Slider knob={valleysKnobs.knobs.seed} value={seed} />
        </>
      }
      status={status}
      exported={() => chart.value}
      code={code}
      command={() => `npx entropy-sgd figure wide-valleys --seed ${seed.value}`}
    >
      <LineChart chart={chart} />
    </FigureFrame>
  );
}
