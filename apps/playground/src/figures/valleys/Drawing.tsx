/** Drawing a landscape, with the pointer in the chart or by two sliders. */
import { computed, type Signal, signal } from "@preact/signals";
import { useUniqueId } from "../../ui/uniqueId.ts";
import { valleysKnobs } from "./knobs.ts";
import { controlHeightsOf, controlX, drawLine, landscapeOf, numControlPoints, storedHeight } from "./landscape.ts";

const { seed, drawn } = valleysKnobs.values;

/** Whether a drag in the chart draws. */
export const isDrawing = signal(false);

/** The control point that the sliders move. */
const chosen = signal(Math.floor(numControlPoints / 2));

/** The heights of now, those of the seed's landscape before anything is drawn. */
function heightsNow(): Float64Array {
  return drawn.peek() ?? controlHeightsOf(landscapeOf({ seed: seed.peek(), drawn: null }));
}

/** The control points while the reader draws. */
export const shownControls = computed(() =>
  isDrawing.value ? { heights: drawn.value ?? heightsNow(), chosen: chosen.value } : null,
);

let last: readonly [number, number] | null = null;

/** A drag over the chart; points in its coordinates. */
export function drawDrag(x: number, loss: number, phase: "start" | "move" | "end"): void {
  if (phase !== "end") drawn.value = drawLine(heightsNow(), last ?? [x, loss], [x, loss]);
  last = phase === "end" ? null : [x, loss];
}

/** The button, and while drawing the two sliders. */
export function DrawingControls() {
  return (
    <>
      <button type="button" aria-pressed={isDrawing.value} onClick={() => (isDrawing.value = !isDrawing.value)}>
        {isDrawing.value ? "Stop drawing" : "Draw a landscape"}
      </button>
      {drawn.value !== null && (
        <button type="button" onClick={() => (drawn.value = null)}>
          Remove the drawing
        </button>
      )}
      {isDrawing.value && <PointSliders chosen={chosen} />}
    </>
  );
}

function PointSliders({ chosen: at }: { readonly chosen: Signal<number> }) {
  const [place, height] = [useUniqueId(), useUniqueId()];
  const heights = drawn.value ?? heightsNow();
  const xOf = (i: number): number => Math.round(controlX(i));
  const raise = (to: number): void => {
    const next = heightsNow().slice();
    next[at.peek()] = storedHeight(to);
    drawn.value = next;
  };
  return (
    <>
      <div class="control slider">
        <label for={place}>
          Point at x = <output for={place}>{xOf(at.value)}</output>
        </label>
        <input
          id={place}
          type="range"
          max={numControlPoints - 1}
          value={at.value}
          aria-valuetext={`x = ${xOf(at.value)}`}
          onInput={({ currentTarget }) => (at.value = Number(currentTarget.value))}
        />
      </div>
      <div class="control slider">
        <label for={height}>
          its height <output for={height}>{Math.round(100 * heights[at.value]!)} %</output>
        </label>
        <input
          id={height}
          type="range"
          max={100}
          value={100 * heights[at.value]!}
          aria-valuetext={`${Math.round(100 * heights[at.value]!)} %`}
          onInput={({ currentTarget }) => raise(Number(currentTarget.value) / 100)}
        />
      </div>
    </>
  );
}
