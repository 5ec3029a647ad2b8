/** Wide and sharp valleys in one dimension: the loss, −F at a scope that the reader drags, and two balls that descend on them. */
import { computed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { MotionButtons, Slider } from "../../ui/controls.tsx";
import { FigureFrame } from "../../ui/FigureFrame.tsx";
import { LineChart } from "../../ui/LineChart.tsx";
import { useFrames } from "../../ui/motion.ts";
import { shownNumber } from "../../ui/numbers.ts";
import { densityChart, landscapeChart } from "./charts.ts";
import { DrawingControls, drawDrag, isDrawing, shownControls } from "./Drawing.tsx";
import { valleysKnobs } from "./knobs.ts";
import { valleyAt } from "./landscape.ts";
import { drawEdges, nameWhatIsThere } from "./overlays.ts";
import { programOf } from "./program.ts";
import { advance, balls, beginSweep, curves, frame, restart, running, sweep } from "./running.ts";

const { knobs, values } = valleysKnobs;
const { gamma, seed, start, drawn, speed } = values;

const upper = computed(() => landscapeChart(curves.value, balls.value, shownControls.value));
const lower = computed(() => densityChart(gamma.value, balls.value));
const isSweeping = computed(() => sweep.value !== null);
const isMoving = computed(() => running.value || isSweeping.value);
const command = (): string => `npx entropy-sgd figure wide-valleys --seed ${seed.value}`;

const status = computed(() => {
  const now = curves.value;
  if (now === null) return "Computing …";
  return `At γ = ${shownNumber(now.gamma)} the minimum of −F is ${placeOf(now.widest)}; that of the loss is ${placeOf(now.lowest)}.`;
});

function placeOf(x: number): string {
  const valley = drawn.value === null ? valleyAt(x) : null;
  return valley === null ? `at ${x}` : `in the ${valley} valley, at ${x}`;
}

/** Twice the deviation 1/√γ of the neighbourhood: where its edges are drawn, on both sides of x. */
const edgeOf = (scope: number): number => 2 / Math.sqrt(scope);

let draggedFrom: number | null = null;

/** The edge of the neighbourhood follows the pointer. */
function dragEdge(x: number, _: number, phase: "start" | "move" | "end"): void {
  // The ball moves on meanwhile; the edge is dragged from where it was.
  if (phase === "start") draggedFrom = balls.peek()?.entropy ?? null;
  if (draggedFrom === null) return;
  const scope = (2 / Math.max(1e-9, Math.abs(x - draggedFrom))) ** 2;
  const { min, max } = knobs.gamma;
  gamma.value = Number(Math.min(max, Math.max(min, scope)).toPrecision(4));
  if (phase === "end") draggedFrom = null;
}

function dragLandscape(x: number, loss: number, phase: "start" | "move" | "end"): void {
  if (isDrawing.peek()) drawDrag(x, loss, phase);
  else start.value = Math.round(Math.min(knobs.start.max, Math.max(knobs.start.min, x)));
}

export function Figure() {
  const place = useRef<HTMLDivElement>(null);
  useFrames(place, isMoving, frame);
  return (
    <FigureFrame
      group={valleysKnobs}
      controls={<Controls />}
      status={status}
      exported={() => [upper.value, lower.value]}
      code={() => programOf({ seed: seed.value, drawn: drawn.value }, gamma.value)}
      caption={
        <>
          Drag in the upper panel to put both balls elsewhere, in the lower one to widen or narrow the neighbourhood.
          The cloud is the last 160 inner points.
        </>
      }
      command={drawn.value === null ? command : undefined}
    >
      <div ref={place}>
        <div class={isDrawing.value ? "drawing" : ""}>
          <LineChart
            chart={upper}
            height={300}
            onDrag={dragLandscape}
            overlay={(context, at) => nameWhatIsThere(context, at, curves.peek(), balls.peek())}
            description="The loss with a wide and a sharp valley, negative local entropy, and a ball of SGD and one of Entropy-SGD"
          />
        </div>
        <LineChart
          chart={lower}
          height={150}
          onDrag={dragEdge}
          overlay={(context, at) => {
            const centre = balls.peek()?.entropy;
            if (centre !== undefined) drawEdges(context, at, centre, edgeOf(gamma.peek()));
          }}
          description="The modified Gibbs density around the ball of Entropy-SGD, with the points of its inner loop"
        />
        <Counts />
      </div>
    </FigureFrame>
  );
}

function Controls() {
  return (
    <>
      <Slider knob={knobs.gamma} value={gamma} />
      <MotionButtons running={running} step={() => advance(null)} restart={restart} stepsPausedOnly />
      <button type="button" onClick={beginSweep} disabled={isSweeping.value}>
        Sweep γ
      </button>
      <DrawingControls />
      <details class="more">
        <summary>More</summary>
        <div class="controls">
          <Slider knob={knobs.seed} value={seed} />
          <Slider knob={knobs.start} value={start} />
          <Slider knob={knobs.speed} value={speed} />
        </div>
      </details>
    </>
  );
}

/** What the balls have done so far; not a live region, since it changes at every frame. */
function Counts() {
  const now = balls.value;
  return (
    <p class="counts" {...dataOf()}>
      {now === null
        ? " "
        : `${shownNumber(now.gradients)} gradients each: SGD is at ${Math.round(now.sgd)}, Entropy-SGD at ${Math.round(now.entropy)} after ${shownNumber(now.outerSteps)} outer steps.`}
    </p>
  );
}

/** The numbers of the figure in full, for programs that read the page. */
function dataOf(): Readonly<Record<string, number | undefined>> {
  const [now, at] = [curves.value, balls.value];
  return {
    "data-gamma": now?.gamma,
    "data-lowest": now?.lowest,
    "data-widest": now?.widest,
    "data-sgd": at?.sgd,
    "data-entropy": at?.entropy,
    "data-outer-steps": at?.outerSteps,
  };
}
