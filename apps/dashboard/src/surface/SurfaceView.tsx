/** The loss surface of a measurement: turned by dragging or by keys, or as a map, or as a table. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { significant, tickLabel } from "../text/numbers.ts";
import { ColorBar } from "./ColorBar.tsx";
import { type LossGrid, lossGrid } from "./lossGrid.ts";
import { SurfaceMap } from "./SurfaceMap.tsx";
import { TurnedSurface } from "./TurnedSurface.tsx";

const forms = ["3-D", "map", "table"] as const;

interface SurfaceViewProps {
  /** The JSON that `slice` writes. */
  readonly measurement: unknown;
  readonly title: string;
}

/** The surface; nothing where the measurement has none. */
export function SurfaceView({ measurement, title }: SurfaceViewProps) {
  const grid = useMemo(() => lossGrid(measurement), [measurement]);
  const form = useSignal<(typeof forms)[number]>("3-D");
  const isLog = useSignal(true);
  if (grid === null) return null;
  const canBeLog = grid.range[0] > 0;
  const view = { grid, isLog: canBeLog && isLog.value, title };
  return (
    <div class="surface">
      <fieldset class="controls">
        <legend class="unseen">How the surface is shown</legend>
        {forms.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name={`form of ${title}`}
              checked={form.value === name}
              onChange={() => {
                form.value = name;
              }}
            />
            {name}
          </label>
        ))}
        <label>
          <input
            type="checkbox"
            checked={view.isLog}
            disabled={!canBeLog}
            onChange={({ currentTarget: { checked } }) => {
              isLog.value = checked;
            }}
          />
          Log scale
        </label>
      </fieldset>
      {form.value === "3-D" && <TurnedSurface {...view} />}
      {form.value === "map" && <SurfaceMap {...view} />}
      {form.value === "table" && <LossTable grid={grid} />}
      {form.value !== "table" && <ColorBar grid={grid} isLog={view.isLog} />}
    </div>
  );
}

function LossTable({ grid: { xs, ys, losses, xLabel, yLabel } }: { readonly grid: LossGrid }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keys
    <section class="scroll grid" aria-label="Losses on the grid" tabIndex={0}>
      <table>
        <caption>
          Training loss. Columns: {xLabel}; rows: {yLabel}
        </caption>
        <thead>
          <tr>
            <th scope="col" />
            {xs.map((x) => (
              <th key={x} scope="col" class="number">
                {tickLabel(x)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ys.map((y, j) => (
            <tr key={y}>
              <th scope="row">{tickLabel(y)}</th>
              {losses[j]!.map((loss, i) => (
                <td key={xs[i]} class="number">
                  {significant(loss, 3)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
