/** Controls bound to knobs: what is set here is in the page's address. */
import type { Signal } from "@preact/signals";
import type { ChoiceKnob, NumberKnob } from "../state/knobs.ts";
import { shownNumber } from "./numbers.ts";
import { useUniqueId } from "./uniqueId.ts";

/** Positions of a slider whose values have no step. */
const numPositions = 1000;

/** A slider of a number, even in its value or its logarithm, with the value beside it. */
export function Slider({ knob, value }: { readonly knob: NumberKnob; readonly value: Signal<number> }) {
  const { label, min, max, scale, step } = knob;
  const id = useUniqueId();
  const isStepped = step !== null && scale === "linear";
  const inner = scale === "log" ? ([Math.log(min), Math.log(max)] as const) : ([min, max] as const);
  const positionOf = (x: number): number =>
    (((scale === "log" ? Math.log(x) : x) - inner[0]) / (inner[1] - inner[0])) * numPositions;
  const valueAt = (position: number): number => {
    if (position <= 0) return min;
    if (position >= numPositions) return max;
    const at = inner[0] + (position / numPositions) * (inner[1] - inner[0]);
    return Number((scale === "log" ? Math.exp(at) : at).toPrecision(4));
  };
  const shown = shownNumber(value.value);
  return (
    <div class="control slider">
      <label for={id}>
        {label} <output for={id}>{shown}</output>
      </label>
      <input
        id={id}
        type="range"
        min={isStepped ? min : 0}
        max={isStepped ? max : numPositions}
        step={isStepped ? step : 1}
        value={isStepped ? value.value : positionOf(value.value)}
        aria-valuetext={shown}
        onInput={({ currentTarget }) => {
          const position = Number(currentTarget.value);
          value.value = isStepped ? position : valueAt(position);
        }}
      />
    </div>
  );
}

/** A list of names to choose from. */
export function Choice<T extends string>({ knob, value }: { readonly knob: ChoiceKnob<T>; readonly value: Signal<T> }) {
  const id = useUniqueId();
  return (
    <div class="control choice">
      <label for={id}>{knob.label}</label>
      <select id={id} value={value.value} onChange={({ currentTarget }) => (value.value = currentTarget.value as T)}>
        {Object.entries<string>(knob.options).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A button that starts and pauses. */
export function PlayButton({ running }: { readonly running: Signal<boolean> }) {
  return (
    <button type="button" class="play" aria-pressed={running.value} onClick={() => (running.value = !running.value)}>
      {running.value ? "Pause" : "Play"}
    </button>
  );
}

/** The buttons of a figure that moves: play or pause, one step, and from the start again. */
export function MotionButtons(props: {
  readonly running: Signal<boolean>;
  readonly step: () => void;
  readonly restart: () => void;
  /** Whether a step is refused while it plays. */
  readonly stepsPausedOnly?: boolean;
}) {
  const { running, step, restart, stepsPausedOnly = false } = props;
  return (
    <>
      <PlayButton running={running} />
      <button type="button" disabled={stepsPausedOnly && running.value} onClick={step}>
        Step
      </button>
      <button type="button" onClick={restart}>
        Restart
      </button>
    </>
  );
}
