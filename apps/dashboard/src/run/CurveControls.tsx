/** What changes the curves: axis, running mean, scale, interval. */
import type { Curve } from "entropy-sgd-lab";
import { zoomedBy } from "../charts/chartKeys.ts";
import type { Axis } from "../state/address.ts";
import { adjust, place } from "../state/place.ts";
import { grouped } from "../text/numbers.ts";

/** Lengths of the running mean that the slider has. */
const lengths = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

interface CurveControlsProps {
  readonly size: Pick<Curve, "total" | "inInterval"> | null;
  readonly interval: readonly [number, number];
  readonly onZoom: (interval: readonly [number, number] | null) => void;
}

/** A row of controls above the curves. */
export function CurveControls({ size, interval, onZoom }: CurveControlsProps) {
  const { axis, log, smoothing, zoom } = place();
  const index = lengths.filter((length) => length <= smoothing).length - 1;
  const middle = (interval[0] + interval[1]) / 2;
  return (
    <div class="controls">
      <label>
        Against
        <select value={axis} onChange={({ currentTarget: { value } }) => adjust({ axis: value as Axis, zoom: null })}>
          <option value="gradients">gradient evaluations</option>
          <option value="epochs">effective epochs</option>
          <option value="seconds">seconds</option>
        </select>
      </label>
      <label>
        Smoothing
        <input
          type="range"
          min={0}
          max={lengths.length - 1}
          value={index}
          aria-valuetext={smoothing === 1 ? "none" : `mean of ${smoothing} outer steps`}
          onInput={({ currentTarget: { value } }) => adjust({ smoothing: lengths[Number(value)]! })}
        />
        <span class="setting">{smoothing === 1 ? "none" : `${smoothing} steps`}</span>
      </label>
      <label>
        <input type="checkbox" checked={log} onChange={({ currentTarget: { checked } }) => adjust({ log: checked })} />
        Log scale
      </label>
      <span class="buttons">
        <button type="button" aria-label="Zoom in" onClick={() => onZoom(zoomedBy(interval, middle, 0.5))}>
          +
        </button>
        <button
          type="button"
          aria-label="Zoom out"
          disabled={zoom === null}
          onClick={() => onZoom(zoomedBy(interval, middle, 2))}
        >
          −
        </button>
        <button type="button" disabled={zoom === null} onClick={() => onZoom(null)}>
          Show all
        </button>
      </span>
      {size !== null && (
        <span class="note">
          {grouped(size.inInterval)} {zoom === null ? "" : `of ${grouped(size.total)} `}outer steps
        </span>
      )}
    </div>
  );
}
